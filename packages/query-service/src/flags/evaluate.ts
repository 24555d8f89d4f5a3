import type { Deps } from '../deps.ts';
import { tellFinishedRuns } from '../events/finished-runs.ts';
import { drawSamples } from '../samples/draw-samples.ts';
import type { ControlState } from '../state/change.ts';
import { seconds, timeText } from '../state/time.ts';
import { applyJudgements, type FlagCounts } from './apply.ts';
import { type Judgement, judgeRuns } from './judge.ts';
import { changedRuns, dueRuns, forgetJudged, rememberJudged } from './memory.ts';
import { judgeContext } from './service-facts.ts';
import { fingerprints, storeNow, type TouchedRun, touchedRuns } from './touched-runs.ts';

interface EvaluationCounts extends FlagCounts {
  /** Runs that were judged. */
  runs: number;
  /** Class-2 actions that were newly chosen for review. */
  sampled: number;
}

interface EvaluationOptions {
  /**
   * Judge every run of which something arrived since then (ns), whether or not it has changed; `0n` is a full
   * evaluation. Without it, only what is new since the last evaluation, and what is due.
   */
  readonly since?: bigint;
}

type EvaluationDeps = Pick<Deps, 'store' | 'control' | 'clock'>;

/** How far each evaluation reads back over what the one before has read: longer than any insert takes to become visible. */
const OVERLAP = seconds(120);
/** Runs judged in one transaction. */
const RUNS_AT_ONCE = 100;

/**
 * Evaluates every control over what is stored, draws samples, and brings the flags in line. Safe to run at any time:
 * evaluations of one control state take turns, because one that judges older rows must not have the last word.
 */
export function evaluateControls(
  deps: EvaluationDeps,
  options: EvaluationOptions = {},
): Promise<EvaluationCounts> {
  const before = turns.get(deps.control) ?? Promise.resolve();
  const turn = before.then(
    () => evaluateNow(deps, options),
    () => evaluateNow(deps, options),
  );
  turns.set(deps.control, turn);
  return turn;
}

const turns = new WeakMap<ControlState, Promise<unknown>>();

async function evaluateNow(deps: EvaluationDeps, { since }: EvaluationOptions): Promise<EvaluationCounts> {
  const counts: EvaluationCounts = { runs: 0, sampled: 0, raised: 0, reopened: 0, updated: 0, cleared: 0 };
  const started = await storeNow(deps);
  const from = since ?? (await lastEvaluation(deps)) - OVERLAP;
  for await (const touched of touchedRuns(deps, from < 0n ? 0n : from)) {
    const changed = since === undefined ? await changedRuns(deps.control, touched) : touched;
    await evaluateRuns(deps, changed, counts);
  }
  const due = await dueRuns(deps.control, deps.clock());
  for (let at = 0; at < due.length; at += RUNS_AT_ONCE)
    await evaluateRuns(deps, await withFingerprints(deps, due.slice(at, at + RUNS_AT_ONCE)), counts);
  await setLastEvaluation(deps, started);
  await forgetJudged(deps.control, deps.clock());
  return counts;
}

async function evaluateRuns(
  deps: EvaluationDeps,
  touched: readonly TouchedRun[],
  counts: EvaluationCounts,
): Promise<void> {
  for (let from = 0; from < touched.length; from += RUNS_AT_ONCE) {
    const runs = touched.slice(from, from + RUNS_AT_ONCE);
    const ids = runs.map(({ run_id }) => run_id);
    const context = await judgeContext(deps, ids, deps.clock());
    counts.sampled += await drawSamples(deps, ids, context);
    const judgements = await judgeRuns(deps, ids, context);
    add(counts, await applyJudgements(deps.control, judgements));
    await tellFinishedRuns(deps, ids);
    await rememberJudged(deps.control, runs, earliestRechecks(judgements));
    counts.runs += runs.length;
  }
}

/** A run of which nothing is stored any more is judged as well: its flags heal or stay by what the service knows. */
async function withFingerprints(deps: EvaluationDeps, runs: readonly string[]): Promise<TouchedRun[]> {
  const known = new Map(
    (await fingerprints(deps, runs)).map(({ run_id, fingerprint }) => [run_id, fingerprint]),
  );
  return runs.map((run_id) => ({ run_id, fingerprint: known.get(run_id) ?? '' }));
}

function earliestRechecks(judgements: readonly Judgement[]): ReadonlyMap<string, bigint> {
  const earliest = new Map<string, bigint>();
  for (const { run_id, at } of judgements.flatMap(({ rechecks }) => rechecks)) {
    const known = earliest.get(run_id);
    if (known === undefined || at < known) earliest.set(run_id, at);
  }
  return earliest;
}

function add(counts: EvaluationCounts, more: FlagCounts): void {
  for (const kind of ['raised', 'reopened', 'updated', 'cleared'] as const) counts[kind] += more[kind];
}

const POSITION = 'controls.evaluated_until';

/** Up to when what arrived in the store has been evaluated, by the store's clock (ns). */
export async function lastEvaluation({ control }: Pick<Deps, 'control'>): Promise<bigint> {
  const row = await control.db
    .selectFrom('state_values')
    .select('value')
    .where('name', '=', POSITION)
    .executeTakeFirst();
  return row === undefined ? 0n : BigInt(row.value);
}

async function setLastEvaluation({ control }: EvaluationDeps, at: bigint): Promise<void> {
  const value = timeText(at);
  await control.change(async ({ db }) => {
    await db
      .insertInto('state_values')
      .values({ name: POSITION, value })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
      .execute();
  });
}
