import type { ControlState } from '../state/change.ts';
import { seconds, timeText } from '../state/time.ts';
import { type EvaluationTables, evaluationTables } from './tables.ts';
import type { TouchedRun } from './touched-runs.ts';

/** What the evaluator remembers of runs from one evaluation to the next. Losing it costs work, never a flag. */

const AT_ONCE = 500;

/** Marks a fingerprint under which a run was judged by the prompt controls only. */
const inPart = (fingerprint: string): string => `part:${fingerprint}`;

/** The runs that are not as they were when they were last judged; in a continuous course, also if that was in part. */
export async function changedRuns(
  control: ControlState,
  touched: readonly TouchedRun[],
  { continuous }: { readonly continuous: boolean },
): Promise<TouchedRun[]> {
  const known = new Map<string, string>();
  for (let from = 0; from < touched.length; from += AT_ONCE) {
    const ids = touched.slice(from, from + AT_ONCE).map(({ run_id }) => run_id);
    const rows = await evaluationTables(control.db)
      .selectFrom('judged_runs')
      .select(['run_id', 'fingerprint'])
      .where('run_id', 'in', ids)
      .execute();
    for (const { run_id, fingerprint } of rows) known.set(run_id, fingerprint);
  }
  return touched.filter(({ run_id, fingerprint }) => {
    const judged = known.get(run_id);
    return judged !== fingerprint && !(continuous && judged === inPart(fingerprint));
  });
}

/** After a judgement by every control; what is due later stands in `rechecks`. */
export async function rememberJudged(
  control: ControlState,
  runs: readonly TouchedRun[],
  rechecks: ReadonlyMap<string, bigint>,
): Promise<void> {
  await control.change(async ({ db: state, now }) => {
    const db = evaluationTables(state);
    for (const { run_id, fingerprint } of runs) {
      await keepFingerprint(db, { run_id, fingerprint, judged_at: timeText(now) });
      await db.deleteFrom('rechecks').where('run_id', '=', run_id).execute();
      const at = rechecks.get(run_id);
      if (at !== undefined) await judgeAgain(db, run_id, at);
    }
  });
}

/** After a judgement by some controls only: the whole one is due at `at`, or sooner if it was. */
export async function rememberPrompt(
  control: ControlState,
  runs: readonly TouchedRun[],
  at: bigint,
): Promise<void> {
  await control.change(async ({ db: state, now }) => {
    const db = evaluationTables(state);
    for (const { run_id, fingerprint } of runs) {
      await keepFingerprint(db, { run_id, fingerprint: inPart(fingerprint), judged_at: timeText(now) });
      await judgeAgain(db, run_id, at);
    }
  });
}

type Db = ReturnType<typeof evaluationTables>;

async function keepFingerprint(db: Db, row: EvaluationTables['judged_runs']): Promise<void> {
  const { run_id: _, ...seen } = row;
  await db
    .insertInto('judged_runs')
    .values(row)
    .onConflict((conflict) => conflict.column('run_id').doUpdateSet(seen))
    .execute();
}

/** At that time, or sooner if that was said before. */
async function judgeAgain(db: Db, run_id: string, time: bigint): Promise<void> {
  const at = timeText(time);
  await db
    .insertInto('rechecks')
    .values({ run_id, at })
    .onConflict((conflict) => conflict.column('run_id').doUpdateSet({ at }).where('rechecks.at', '>', at))
    .execute();
}

/** Runs whose time has come, oldest first, at most ten thousand in one evaluation. */
export async function dueRuns(control: ControlState, now: bigint): Promise<readonly string[]> {
  const rows = await evaluationTables(control.db)
    .selectFrom('rechecks')
    .select('run_id')
    .where('at', '<=', timeText(now))
    .orderBy('at')
    .limit(10_000)
    .execute();
  return rows.map(({ run_id }) => run_id);
}

/** Fingerprints matter only while the overlapping read can meet the run again. */
export async function forgetJudged(control: ControlState, now: bigint): Promise<void> {
  const before = timeText(now - seconds(7 * 86_400));
  await control.change(async (change) => {
    await evaluationTables(change.db).deleteFrom('judged_runs').where('judged_at', '<', before).execute();
  });
}
