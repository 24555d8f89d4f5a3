import { TollgateError } from '@tollgate/contract';
import { z } from 'zod';
import { costAnswer } from '../costs/run-costs.ts';
import type { Deps } from '../deps.ts';
import { flagAnswer, listFlags } from '../flags/read-flags.ts';
import type { Identity } from '../identity/identity.ts';
import { readsContent } from '../identity/reads-content.ts';
import { readRun, runAnswer } from '../runs/read-runs.ts';
import { chainSummary, readConflicts, summariseChain } from './chain-summary.ts';
import { readContent } from './content.ts';
import { modelCallAnswer, readModelCalls } from './model-calls.ts';
import { readRecords } from './records.ts';
import { timelineEntry, timelineEntryOf } from './timeline.ts';
import { readToolCalls, toolCallAnswer } from './tool-calls.ts';

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
  // First: what is shown of a run has everything that its figures count, also while it is still arriving.
  const run = await readRun(deps, identity, run_id);
  const [stored, model_calls, tool_calls, contents, flags, conflicts] = await Promise.all([
    readRecords(deps, run_id),
    readModelCalls(deps, run_id),
    readToolCalls(deps, run_id),
    content ? readContent(deps, run_id) : undefined,
    listFlags(deps, identity, { run_id, limit: 200 }),
    readConflicts(deps, run_id),
  ]);
  return {
    run,
    timeline: stored.records.map((record) => {
      const found = contents?.get(record.span_hash);
      return { ...timelineEntryOf(record), ...(found === undefined ? {} : { content: found }) };
    }),
    truncated: stored.truncated,
    model_calls: [...model_calls],
    tool_calls: [...tool_calls],
    cost: run.cost,
    chain: summariseChain(run_id, stored.records, conflicts),
    flags: flags.items,
  };
}
