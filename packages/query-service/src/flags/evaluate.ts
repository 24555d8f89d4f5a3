import type { Deps } from '../deps.ts';
import { NO_TIME } from '../runs/run-times.ts';
import { type Course, courseOf, readBackTo } from './course.ts';
import { evaluatePeriods } from './evaluate-periods.ts';
import { addFlags, type EvaluationCounts, judgePromptly, judgeWhole } from './judge-page.ts';
import { lastEvaluation, setLastEvaluation } from './last-evaluation.ts';
import { changedRuns, dueRuns } from './memory.ts';
import {
  type Arrival,
  fingerprints,
  PAGE_OF_RUNS,
  storeNow,
  type TouchedRun,
  touchedRuns,
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

type EvaluationDeps = Pick<Deps, 'store' | 'control' | 'clock'>;

/**
 * Evaluates every control over what is stored, draws samples, and brings the flags in line. Safe to run at any time:
 * evaluations of one control state take turns, because one that judges older rows must not have the last word.
 */
export function evaluateControls(
  deps: EvaluationDeps,
  options: EvaluationOptions = {},
): Promise<EvaluationCounts> {
  return deps.control.exclusively('evaluation', () => evaluateNow(deps, courseOf(deps.control), options));
}

async function evaluateNow(
  deps: EvaluationDeps,
  course: Course,
  { since, continuous = false }: EvaluationOptions,
): Promise<EvaluationCounts> {
  const counts: EvaluationCounts = { runs: 0, sampled: 0, raised: 0, reopened: 0, updated: 0, cleared: 0 };
  const started = await storeNow(deps);
  const last = await lastEvaluation(deps);
  const from = since ?? readBackTo(course, { started, last, continuous });
  const isWanted = continuous ? (arrival: Arrival) => course.looks.isWorth(arrival, started) : undefined;
  for await (const { runs, arrivals } of touchedRuns(deps, from, isWanted)) {
    const changed = since === undefined ? await changedRuns(deps.control, runs, { continuous }) : runs;
    for (const page of pagesOf(changed))
      counts.runs += await (continuous ? judgePromptly : judgeWhole)(deps, page, counts);
    if (continuous) course.looks.took(arrivals, started);
  }
  await setLastEvaluation(deps, started);
  await evaluateDue(deps, counts, continuous ? DUE_SHARE_MS : Number.POSITIVE_INFINITY);
  // A continuous course has a loop of its own for them: nobody's flag waits for sums over a month.
  if (!continuous) addFlags(counts, await evaluatePeriods(deps, { since }));
  return counts;
}

/** A continuous evaluation leaves what is due to the next one after so long: what has just arrived goes first. */
const DUE_SHARE_MS = 150;
const MANY_DUE = 2_000;
/** In one page of those, because nothing interrupts one. */
const DUE_AT_ONCE = 200;

async function evaluateDue(deps: EvaluationDeps, counts: EvaluationCounts, ms: number): Promise<void> {
  const due = await dueRuns(deps.control, deps.clock());
  // Where more and more are due, they get more time.
  const until = performance.now() + ms * Math.max(1, due.length / MANY_DUE);
  for (let at = 0; at < due.length && performance.now() < until; at += DUE_AT_ONCE) {
    const runs = await withFingerprints(deps, due.slice(at, at + DUE_AT_ONCE));
    for (const page of pagesOf(runs)) counts.runs += await judgeWhole(deps, page, counts);
  }
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
async function withFingerprints(deps: EvaluationDeps, runs: readonly string[]): Promise<TouchedRun[]> {
  const known = new Map((await fingerprints(deps, runs)).map((run) => [run.run_id, run]));
  return runs.map((run_id) => known.get(run_id) ?? { run_id, fingerprint: '', rows: 0, times: NO_TIME });
}
