import { OF_RUNS } from '../controls/catalogue.ts';
import type { Control, JudgeContext } from '../controls/control.ts';
import type { Deps } from '../deps.ts';
import { tellFinishedRuns } from '../events/finished-runs.ts';
import { together } from '../runs/run-times.ts';
import { drawSamples } from '../samples/draw-samples.ts';
import { seconds } from '../state/time.ts';
import { apart, Batch } from './apart.ts';
import { addFlags, applyJudgements, type FlagCounts } from './apply.ts';
import { type JudgedPage, type Judgement, judge, readAhead } from './judge.ts';
import { rememberJudged, rememberPrompt, rememberRechecked, rememberRest } from './memory.ts';
import { PageReads, READ_PRIORITY, type ReadPriority } from './page-reads.ts';
import { judgeContext } from './service-facts.ts';
import type { TouchedRun } from './touched-runs.ts';
import { noteUnjudged } from './unjudged.ts';

export interface EvaluationCounts extends FlagCounts {
  /** Runs that were judged. */
  runs: number;
  /** Class-2 actions that were newly chosen for review. */
  sampled: number;
}

export type JudgeDeps = Pick<Deps, 'store' | 'control' | 'clock' | 'logger'>;

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
  const turn = await Turn.of(deps, runs, counts);
  await turn.drawSamples();
  const prompt = await turn.judge(PROMPT);
  const rest = await turn.judge(REST);
  await turn.tellFinished();
  const again = await turn.noteUnjudged();
  await rememberJudged(deps.control, runs, {
    prompt: earliestRechecks(prompt, again),
    rest: earliestRechecks(rest, again),
  });
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
  const turn = await Turn.of(deps, runs, counts, READ_PRIORITY.prompt);
  const judgements = await turn.judge(PROMPT);
  await turn.tellFinished();
  return earliestRechecks(judgements, await turn.noteUnjudged());
}

/** Judges runs by the controls that wait, and draws their samples. @returns how many */
export async function judgeRest(
  deps: JudgeDeps,
  runs: readonly TouchedRun[],
  counts: EvaluationCounts,
): Promise<number> {
  const began = deps.clock();
  const turn = await Turn.of(deps, runs, counts);
  await turn.drawSamples();
  const judgements = await turn.judge(REST, REST_READS_AT_ONCE);
  const rest = earliestRechecks(judgements, await turn.noteUnjudged());
  await rememberRest(deps.control, runs, { began, rest, again: deps.clock() + REST_AFTER });
  return runs.length;
}

/** What has just arrived goes first. */
const REST_READS_AT_ONCE = 2;

/**
 * One turn over a page of runs, part by part. What fails in one part for one run, though the stores answer, holds up neither the
 * other runs nor the other parts.
 */
class Turn {
  readonly #deps: JudgeDeps;
  readonly #batch: Batch<TouchedRun, JudgedPage>;
  readonly #counts: EvaluationCounts;
  readonly #parts: string[] = [];
  readonly #failures: { readonly subject: string; readonly part: string; readonly error: unknown }[] = [];

  /** Why nothing can be judged. */
  readonly #broken: { readonly error: unknown } | undefined;

  private constructor(
    deps: JudgeDeps,
    batch: Batch<TouchedRun, JudgedPage>,
    counts: EvaluationCounts,
    broken: { readonly error: unknown } | undefined,
  ) {
    this.#deps = deps;
    this.#batch = batch;
    this.#counts = counts;
    this.#broken = broken;
  }

  static async of(
    deps: JudgeDeps,
    touched: readonly TouchedRun[],
    counts: EvaluationCounts,
    priority: ReadPriority = READ_PRIORITY.other,
  ): Promise<Turn> {
    const { context, broken } = await contextOf(deps, touched);
    const pageOf = (some: readonly TouchedRun[]): JudgedPage => {
      const runs = some.map(({ run_id }) => run_id);
      // What is stored of a run lies within its times: judging it costs the same however much history there is.
      const times = together(some.map((run) => run.times));
      const reads = new PageReads(deps, { runs }, { times, priority });
      return { runs, reads, context, writer: deps.control.writer };
    };
    return new Turn(deps, new Batch(touched, pageOf), counts, broken);
  }

  async judge(controls: readonly Control[], reads_at_once?: number): Promise<readonly Judgement[]> {
    const judgements: Judgement[] = [];
    const reading = this.#broken ? undefined : readAhead(controls, this.#batch.page.reads, reads_at_once);
    try {
      // What one control finds is a flag before the next has its rows.
      for (const control of controls)
        await this.#part(control.control, async (page) => {
          const judgement = await judge(control, page);
          addFlags(this.#counts, await applyJudgements(this.#deps.control, [judgement]));
          judgements.push(judgement);
        });
    } finally {
      await reading;
    }
    return judgements;
  }

  drawSamples(): Promise<void> {
    return this.#part('drawing of samples', async (page) => {
      this.#counts.sampled += await drawSamples(this.#deps, page);
    });
  }

  tellFinished(): Promise<void> {
    return this.#part('telling of final statuses', ({ runs }) => tellFinishedRuns(this.#deps, runs));
  }

  /** @returns when the runs that could not be judged are to be tried again */
  noteUnjudged(): Promise<ReadonlyMap<string, bigint>> {
    const { runs, context } = this.#batch.page;
    const tried = { subjects: runs, parts: this.#parts, failures: this.#failures };
    return noteUnjudged(this.#deps, tried, context, this.#counts);
  }

  async #part(part: string, work: (page: JudgedPage) => Promise<unknown>): Promise<void> {
    this.#parts.push(part);
    const failures =
      this.#broken === undefined
        ? await apart(this.#deps, this.#batch, work)
        : this.#batch.items.map((item) => ({ item, ...this.#broken }));
    for (const { item, error } of failures) this.#failures.push({ subject: item.run_id, part, error });
  }
}

/**
 * What the service recorded of a page of runs; of a single run of which it cannot be read, why.
 * @throws where it cannot be read of several, or of none: then it is nothing about one run
 */
async function contextOf(
  deps: JudgeDeps,
  touched: readonly TouchedRun[],
): Promise<{ readonly context: JudgeContext; readonly broken?: { readonly error: unknown } }> {
  try {
    return { context: await judgeContext(deps, touched, deps.clock()) };
  } catch (error) {
    const context = await judgeContext(deps, [], deps.clock());
    if (touched.length > 1) throw error;
    return { context, broken: { error } };
  }
}

function earliestRechecks(
  judgements: readonly Judgement[],
  again: ReadonlyMap<string, bigint>,
): ReadonlyMap<string, bigint> {
  const earliest = new Map(again);
  for (const { run_id, at } of judgements.flatMap(({ rechecks }) => rechecks)) {
    const known = earliest.get(run_id);
    if (known === undefined || at < known) earliest.set(run_id, at);
  }
  return earliest;
}
