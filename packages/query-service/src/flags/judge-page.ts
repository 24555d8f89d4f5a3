import { OF_RUNS } from '../controls/catalogue.ts';
import type { Deps } from '../deps.ts';
import { tellFinishedRuns } from '../events/finished-runs.ts';
import { together } from '../runs/run-times.ts';
import { drawSamples } from '../samples/draw-samples.ts';
import { seconds } from '../state/time.ts';
import { applyJudgements, type FlagCounts } from './apply.ts';
import { type JudgedPage, type Judgement, judge } from './judge.ts';
import { rememberJudged, rememberPrompt, rememberRechecked, rememberRest } from './memory.ts';
import { PageReads, READ_PRIORITY, type ReadPriority } from './page-reads.ts';
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

/** What these find counts at once. */
const PROMPT = OF_RUNS.filter(({ graceSeconds }) => graceSeconds === 0);
/** These wait anyway for what may still be on its way. No flag is of both, so the two may go on at the same time. */
const REST = OF_RUNS.filter((control) => !PROMPT.includes(control));
/** After the first of several prompt judgements a run is judged by the others: most have ended by then. */
const REST_AFTER = seconds(10);

/** Judges runs by every control and draws their samples. @returns how many */
export async function judgeWhole(
  deps: JudgeDeps,
  runs: readonly TouchedRun[],
  counts: EvaluationCounts,
): Promise<number> {
  const judged = await pageOf(deps, runs);
  counts.sampled += await drawSamples(deps, judged);
  const prompt = await judge(PROMPT, judged);
  const rest = await judge(REST, judged);
  addFlags(counts, await applyJudgements(deps.control, [...prompt, ...rest]));
  await tellFinishedRuns(deps, judged.runs);
  const rechecks = { prompt: earliestRechecks(prompt), rest: earliestRechecks(rest) };
  await rememberJudged(deps.control, runs, rechecks);
  return runs.length;
}

/**
 * Judges runs of which something has just arrived by the controls without a grace, and has them judged by the others a little
 * later, so that a run whose spans come one by one does not cost all of it with each. @returns how many
 */
export async function judgePromptly(
  deps: JudgeDeps,
  runs: readonly TouchedRun[],
  counts: EvaluationCounts,
): Promise<number> {
  const prompt = await judgePrompt(deps, runs, counts);
  await rememberPrompt(deps.control, runs, { prompt, rest: deps.clock() + REST_AFTER });
  return runs.length;
}

/** The same of runs of which nothing has arrived, but whose time has come. */
export async function judgePromptlyAgain(
  deps: JudgeDeps,
  runs: readonly TouchedRun[],
  counts: EvaluationCounts,
): Promise<number> {
  await rememberRechecked(deps.control, runs, await judgePrompt(deps, runs, counts));
  return runs.length;
}

async function judgePrompt(deps: JudgeDeps, runs: readonly TouchedRun[], counts: EvaluationCounts) {
  const judged = await pageOf(deps, runs, READ_PRIORITY.prompt);
  const judgements = await judge(PROMPT, judged);
  addFlags(counts, await applyJudgements(deps.control, judgements));
  await tellFinishedRuns(deps, judged.runs);
  return earliestRechecks(judgements);
}

/** Judges runs by the controls that wait, and draws their samples. @returns how many */
export async function judgeRest(
  deps: JudgeDeps,
  runs: readonly TouchedRun[],
  counts: EvaluationCounts,
): Promise<number> {
  const judged = await pageOf(deps, runs);
  counts.sampled += await drawSamples(deps, judged);
  const judgements = await judge(REST, judged, REST_READS_AT_ONCE);
  addFlags(counts, await applyJudgements(deps.control, judgements));
  const again = deps.clock() + REST_AFTER;
  await rememberRest(deps.control, runs, { rest: earliestRechecks(judgements), again });
  return runs.length;
}

/** What has just arrived goes first. */
const REST_READS_AT_ONCE = 2;

async function pageOf(
  deps: JudgeDeps,
  touched: readonly TouchedRun[],
  priority: ReadPriority = READ_PRIORITY.other,
): Promise<JudgedPage> {
  const runs = touched.map(({ run_id }) => run_id);
  const context = await judgeContext(deps, runs, deps.clock());
  // What is stored of a run lies within its times: judging it costs the same however much history there is.
  const times = together(touched.map((run) => run.times));
  const reads = new PageReads(deps, { runs }, { times, priority });
  return { runs, reads, context, writer: deps.control.writer };
}

function earliestRechecks(judgements: readonly Judgement[]): ReadonlyMap<string, bigint> {
  const earliest = new Map<string, bigint>();
  for (const { run_id, at } of judgements.flatMap(({ rechecks }) => rechecks)) {
    const known = earliest.get(run_id);
    if (known === undefined || at < known) earliest.set(run_id, at);
  }
  return earliest;
}
