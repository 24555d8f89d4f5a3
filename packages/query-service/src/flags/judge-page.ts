import { CONTROLS } from '../controls/catalogue.ts';
import type { Deps } from '../deps.ts';
import { tellFinishedRuns } from '../events/finished-runs.ts';
import { together } from '../runs/run-times.ts';
import { drawSamples } from '../samples/draw-samples.ts';
import { seconds } from '../state/time.ts';
import { applyJudgements, type FlagCounts } from './apply.ts';
import { type Judgement, judge } from './judge.ts';
import { rememberJudged, rememberPrompt } from './memory.ts';
import { PageReads } from './page-reads.ts';
import { judgeContext } from './service-facts.ts';
import type { TouchedRun } from './touched-runs.ts';

export interface EvaluationCounts extends FlagCounts {
  /** Runs that were judged. */
  runs: number;
  /** Class-2 actions that were newly chosen for review. */
  sampled: number;
}

export const addFlags = (counts: FlagCounts, more: FlagCounts): void => {
  for (const kind of ['raised', 'reopened', 'updated', 'cleared'] as const) counts[kind] += more[kind];
};

type JudgeDeps = Pick<Deps, 'store' | 'control' | 'clock'>;

/** Judges runs by every control and draws their samples. @returns how many */
export async function judgeWhole(
  deps: JudgeDeps,
  runs: readonly TouchedRun[],
  counts: EvaluationCounts,
): Promise<number> {
  const { ids, page } = await pageOf(deps, runs);
  counts.sampled += await drawSamples(deps, ids, page);
  const judgements = await judge(CONTROLS, page);
  addFlags(counts, await applyJudgements(deps.control, judgements));
  await tellFinishedRuns(deps, ids);
  await rememberJudged(deps.control, runs, earliestRechecks(judgements));
  return runs.length;
}

/** What these find counts at once; every other control waits anyway for what may still be on its way. */
const PROMPT = CONTROLS.filter(({ graceSeconds }) => graceSeconds === 0);
/** After the first of several prompt judgements a run is judged as a whole: most have ended by then. */
const WHOLE_AFTER = seconds(10);

/**
 * Judges runs of which something has just arrived by the controls without a grace, and has them judged as a whole a little later,
 * so that a run whose spans come one by one does not cost all of it with each. @returns how many
 */
export async function judgePromptly(
  deps: JudgeDeps,
  runs: readonly TouchedRun[],
  counts: EvaluationCounts,
): Promise<number> {
  const { ids, page } = await pageOf(deps, runs);
  addFlags(counts, await applyJudgements(deps.control, await judge(PROMPT, page)));
  await tellFinishedRuns(deps, ids);
  await rememberPrompt(deps.control, runs, deps.clock() + WHOLE_AFTER);
  return runs.length;
}

async function pageOf(deps: JudgeDeps, touched: readonly TouchedRun[]) {
  const runs = touched.map(({ run_id }) => run_id);
  const context = await judgeContext(deps, runs, deps.clock());
  // What is stored of a run lies within its times: judging it costs the same however much history there is.
  const reads = new PageReads(deps, { runs }, together(touched.map(({ times }) => times)));
  return { ids: runs, page: { runs, reads, context, writer: deps.control.writer } };
}

function earliestRechecks(judgements: readonly Judgement[]): ReadonlyMap<string, bigint> {
  const earliest = new Map<string, bigint>();
  for (const { run_id, at } of judgements.flatMap(({ rechecks }) => rechecks)) {
    const known = earliest.get(run_id);
    if (known === undefined || at < known) earliest.set(run_id, at);
  }
  return earliest;
}
