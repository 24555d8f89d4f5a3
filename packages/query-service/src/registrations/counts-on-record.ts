import { NOT_A_DENIAL, type ResumedRun } from '@tollgate/contract';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import type { AgentIdentity } from '../identity/identity.ts';
import { select } from '../runs/select.ts';

const row = z.object({ denials: z.coerce.number(), errors: z.coerce.number() });

/** As the SDK counts: each refusal of a tool call that does not end the run, and each call that failed. */
const QUERY = `
  SELECT countIf(t.kind IN ('gate_decided', 'tool_called') AND t.enforcement IN ('blocked', 'refused', 'expired')
           AND t.reason NOT IN {not_a_denial:Array(String)} AND t.tool != '') AS denials,
         countIf(t.kind IN ('tool_finished', 'tool_called') AND t.outcome = 'failed') AS errors
  FROM tool_calls AS t WHERE t.run_id = {run_id:UUID} AND t.principal = {principal:String}`;

/** Whoever resumes waits for it, and goes on without. */
const LIMIT_MS = 1000;

/**
 * What the store has of a run of this agent, for its stop conditions: reports that are still on their way, in the outbox of the process
 * that is gone mostly, are not among it. Null where the store does not answer in time.
 */
export async function countsOnRecord(
  deps: Pick<Deps, 'store' | 'logger'>,
  { name: principal }: AgentIdentity,
  run_id: string,
): Promise<ResumedRun['before']> {
  const params = { run_id, principal, not_a_denial: NOT_A_DENIAL };
  try {
    const [counts] = await select(deps, row, QUERY, params, { signal: AbortSignal.timeout(LIMIT_MS) });
    return counts ?? null;
  } catch (error) {
    deps.logger.warn({ err: error, run_id }, 'what was denied and what failed before is not known');
    return null;
  }
}
