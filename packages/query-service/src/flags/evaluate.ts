import { halvesOf, storesAnswer } from './apart.ts';
import { addFlags } from './apply.ts';
import { type Course, courseOf, readBackTo } from './course.ts';
import { evaluatePeriods } from './evaluate-periods.ts';
import { judgeInstallation } from './judge-installation.ts';
import {
  type EvaluationCounts,
  type JudgeDeps,
  judgePromptly,
  judgePromptlyAgain,
  judgeRest,
  judgeWhole,
} from './judge-page.ts';
import { lastEvaluation, setLastEvaluation } from './last-evaluation.ts';
import { changedRuns, promptDue, restDue } from './memory.ts';
import {
  type Arrival,
  fingerprints,
  PAGE_OF_RUNS,
  storeNow,
  type TouchedRun,
  touchedRuns,
  UNKNOWN,
} from './touched-runs.ts';

interface EvaluationOptions {
  /**
   * Judge every run of which something arrived since then (ns), whether or not it has changed; `0n` is a full
   * evaluation. Without it, only what is new since the last evaluation, and what is due.
   */
  readonly since?: bigint;
  /** Whether this is one of many in a row, and may leave to a later one what costs much and changes slowly. */
  readonly continuous?: boolean;
}

const ARRIVALS = 'evaluation';
const REST = 'evaluation of what waits';

/**
 * Evaluates every control over what is stored, draws samples, and brings the flags in line. Safe to run at any time:
 * evaluations of one control state take turns, because one that judges older rows must not have the last word. A continuous one
 * is about the controls without a grace alone, and leaves the others to `evaluateRest`.
 */
export function evaluateControls(
  deps: JudgeDeps,
  options: EvaluationOptions = {},
): Promise<EvaluationCounts> {
  const { exclusively } = deps.control;
  const evaluate = () => evaluateNow(deps, courseOf(deps.control), options);
  return exclusively(ARRIVALS, options.continuous ? evaluate : () => exclusively(REST, evaluate));
}

async function evaluateNow(
  deps: JudgeDeps,
  course: Course,
  { since, continuous = false }: EvaluationOptions,
): Promise<EvaluationCounts> {
  const [counts, trouble] = [noCounts(), new Set<unknown>()];
  const started = await storeNow(deps);
  const last = await lastEvaluation(deps);
  const from = since ?? readBackTo(course, { started, last, continuous });
  const { looks } = course;
  const choice = {
    isWorth: (arrival: Arrival) => looks.isWorth(arrival, started),
    isNew: (arrival: Arrival) => looks.isNew(arrival),
  };
  for await (const { runs, arrivals } of touchedRuns(deps, from, continuous ? choice : undefined)) {
    const changed = since === undefined ? await changedRuns(deps.control, runs, { continuous }) : runs;
    const before = trouble.size;
    await judgePages(deps, changed, continuous ? judgePromptly : judgeWhole, { counts, trouble });
    if (continuous && trouble.size === before) looks.took(arrivals, started);
  }
  // What was not judged is read again by the next one.
  if (trouble.size === 0) await setLastEvaluation(deps, started);
  const now = deps.clock();
  const due = await promptDue(deps.control, now);
  if (continuous) await judgeDue(deps, due, judgePromptlyAgain, { counts, trouble });
  else {
    const all = [...new Set([...due, ...(await restDue(deps.control, now))])];
    await judgeDue(deps, all, judgeWhole, { counts, trouble });
    // A continuous course has loops of their own for these: nobody's flag waits for sums over a month.
    addFlags(counts, await evaluatePeriods(deps, { since }));
    addFlags(counts, await judgeInstallation(deps));
  }
  throwFirst(trouble);
  return counts;
}

/** What a turn of the controls that wait has done, and how many runs had been due. */
export interface RestCounts extends EvaluationCounts {
  due: number;
}

/** Evaluates the controls with a grace over some runs whose time has come. It may go on beside a continuous evaluation. */
export function evaluateRest(deps: JudgeDeps): Promise<RestCounts> {
  return deps.control.exclusively(REST, async () => {
    const [counts, trouble] = [noCounts(), new Set<unknown>()];
    const due = await restDue(deps.control, deps.clock());
    await judgeDue(deps, due.slice(0, DUE_AT_ONCE), judgeRest, { counts, trouble });
    throwFirst(trouble);
    return { ...counts, due: due.length };
  });
}

const noCounts = (): EvaluationCounts => ({
  ...{ runs: 0, sampled: 0, raised: 0, reopened: 0, updated: 0, cleared: 0 },
});

const DUE_AT_ONCE = 200;

/** What became of some pages. */
interface Outcome {
  readonly counts: EvaluationCounts;
  /** Why runs could not even be remembered as not judged, though the stores answer. */
  readonly trouble: Set<unknown>;
}

async function judgeDue(
  deps: JudgeDeps,
  due: readonly string[],
  judgeRuns: typeof judgeWhole,
  outcome: Outcome,
): Promise<void> {
  for (let at = 0; at < due.length; at += DUE_AT_ONCE) {
    const runs = await withFingerprints(deps, due.slice(at, at + DUE_AT_ONCE));
    await judgePages(deps, runs, judgeRuns, outcome);
  }
}

async function judgePages(
  deps: JudgeDeps,
  runs: readonly TouchedRun[],
  judgeRuns: typeof judgeWhole,
  outcome: Outcome,
): Promise<void> {
  for (const page of pagesOf(runs)) await judgeHalves(deps, page, judgeRuns, outcome);
}

/** A page that fails as a whole is judged in halves: it holds up neither those behind it nor the rest of itself. */
async function judgeHalves(
  deps: JudgeDeps,
  page: readonly TouchedRun[],
  judgeRuns: typeof judgeWhole,
  outcome: Outcome,
): Promise<void> {
  try {
    outcome.counts.runs += await judgeRuns(deps, page, outcome.counts);
  } catch (error) {
    if (!(await storesAnswer(deps))) throw error;
    if (page.length === 1) outcome.trouble.add(error);
    else for (const half of halvesOf(page)) await judgeHalves(deps, half, judgeRuns, outcome);
  }
}

function throwFirst(trouble: ReadonlySet<unknown>): void {
  for (const error of trouble) throw error;
}

/** Rows of a page of runs are in memory together. */
const MOST_ROWS = 50_000;

/** Runs that are judged together: each page costs the planning of every query, and one has bounds. */
function pagesOf(touched: readonly TouchedRun[]): TouchedRun[][] {
  const pages: TouchedRun[][] = [];
  let room = 0;
  for (const run of touched) {
    const page = pages.at(-1);
    if (page === undefined || page.length === PAGE_OF_RUNS || run.rows > room) {
      pages.push([run]);
      room = MOST_ROWS;
    } else page.push(run);
    room -= run.rows;
  }
  return pages;
}

/** A run of which nothing is stored any more is judged as well: its flags heal or stay by what the service knows. */
async function withFingerprints(deps: JudgeDeps, runs: readonly string[]): Promise<TouchedRun[]> {
  const known = new Map((await fingerprints(deps, runs)).map((run) => [run.run_id, run]));
  return runs.map((run_id) => known.get(run_id) ?? { run_id, fingerprint: '', rows: 0, ...UNKNOWN });
}
