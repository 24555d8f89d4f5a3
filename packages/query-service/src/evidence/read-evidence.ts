import { TollgateError } from '@tollgate/contract';
import { z } from 'zod';
import { type CostAnswer, costAnswer, NO_COST, runCosts, sumOfCalls } from '../costs/run-costs.ts';
import type { Deps } from '../deps.ts';
import { flagAnswer, listFlags } from '../flags/read-flags.ts';
import type { Identity } from '../identity/identity.ts';
import { readsContent } from '../identity/reads-content.ts';
import { answerOf, findRun, openFlags, runAnswer } from '../runs/read-runs.ts';
import { liesTogether, type RunTimes } from '../runs/run-times.ts';
import { chainSummary, summariseChain } from './chain-summary.ts';
import { readConflicts } from './conflicts.ts';
import { readContent } from './content.ts';
import { MAX_CALLS, type ModelCallAnswer, modelCallAnswer, readModelCalls } from './model-calls.ts';
import { inOrder, recordsOfAgents, recordsOfService } from './records.ts';
import { timelineEntry, timelineEntryOf } from './timeline.ts';
import { toolCallAnswer, toolCallsOf } from './tool-calls.ts';

export const evidenceAnswer = z.object({
  run: runAnswer,
  timeline: z.array(timelineEntry),
  /** True where the run has more records than are shown; the chain is then judged over those shown only. */
  truncated: z.boolean(),
  model_calls: z.array(modelCallAnswer),
  tool_calls: z.array(toolCallAnswer),
  cost: costAnswer,
  chain: chainSummary,
  flags: z.array(flagAnswer),
});
type EvidenceAnswer = z.output<typeof evidenceAnswer>;

/**
 * One run's whole evidence: what the agent claimed and what the service recorded, in one timeline, each record verbatim.
 * @throws TollgateError `not_found`; `forbidden` where content is asked for by an identity that may not read it
 */
export async function readEvidence(
  deps: Pick<Deps, 'store' | 'control'>,
  identity: Identity,
  run_id: string,
  { content }: { content: boolean },
): Promise<EvidenceAnswer> {
  if (content && !readsContent(identity))
    throw new TollgateError('forbidden', 'This identity may not read content.');
  const run = findRun(deps, identity, run_id);
  const timesOf = () => run.then(({ times }) => times);
  // Looked for at once where the id alone finds it, and otherwise only where the run has been.
  const where = liesTogether(run_id) ? Promise.resolve(undefined) : timesOf();
  const [{ row, times }, service, flags, open, agents, model_calls, contents, conflicts] = await Promise.all([
    run,
    recordsOfService(deps, run_id),
    listFlags(deps, identity, { run_id, limit: 200 }),
    openFlags(deps, [run_id]),
    where.then((known) => recordsOfAgents(deps, run_id, known)),
    where.then((known) => readModelCalls(deps, run_id, known)),
    content ? timesOf().then((known) => readContent(deps, run_id, known)) : undefined,
    where.then((known) => readConflicts(deps, run_id, known)),
  ]);
  const { records, truncated } = inOrder(agents, service);
  const cost = await costOf(deps, row.run_id, times, model_calls);
  return {
    run: answerOf(row, cost, open.get(row.run_id)),
    timeline: records.map((record) => {
      const found = contents?.get(record.span_hash);
      return { ...timelineEntryOf(record), ...(found === undefined ? {} : { content: found }) };
    }),
    truncated,
    model_calls: [...model_calls],
    tool_calls: [...toolCallsOf(records)],
    cost,
    chain: summariseChain(run_id, records, conflicts),
    flags: flags.items,
  };
}

/** Of the calls that are shown, so that the two agree; where not all of them are, of all. */
async function costOf(
  deps: Pick<Deps, 'store'>,
  run_id: string,
  times: RunTimes,
  shown: readonly ModelCallAnswer[],
): Promise<CostAnswer> {
  if (shown.length === MAX_CALLS) return (await runCosts(deps, [run_id], times)).get(run_id) ?? NO_COST;
  return sumOfCalls(shown.filter(({ counted }) => counted).map(({ cost_usd }) => cost_usd));
}
