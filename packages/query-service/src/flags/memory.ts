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

type Rechecks = ReadonlyMap<string, bigint>;

/** After a judgement by every control. */
export async function rememberJudged(
  control: ControlState,
  runs: readonly TouchedRun[],
  { prompt, rest }: { readonly prompt: Rechecks; readonly rest: Rechecks },
): Promise<void> {
  await control.change(async ({ db: state, now }) => {
    const db = evaluationTables(state);
    for (const { run_id, fingerprint } of runs) {
      const recheck_at = timeOrNull(prompt.get(run_id));
      await keepFingerprint(db, { run_id, fingerprint, judged_at: timeText(now), recheck_at });
      await judgeRestAt(db, run_id, rest.get(run_id));
    }
  });
}

/** After a judgement by the prompt controls only: the others are due at `rest`, or sooner if they were. */
export async function rememberPrompt(
  control: ControlState,
  runs: readonly TouchedRun[],
  { prompt, rest }: { readonly prompt: Rechecks; readonly rest: bigint },
): Promise<void> {
  await control.change(async ({ db: state, now }) => {
    const db = evaluationTables(state);
    for (const { run_id, fingerprint } of runs) {
      const recheck_at = timeOrNull(prompt.get(run_id));
      const seen = { run_id, fingerprint: inPart(fingerprint), judged_at: timeText(now), recheck_at };
      await keepFingerprint(db, seen);
      await judgeRestBy(db, run_id, rest);
    }
  });
}

/** After a judgement by the prompt controls of runs of which nothing has arrived. */
export async function rememberRechecked(
  control: ControlState,
  runs: readonly TouchedRun[],
  prompt: Rechecks,
): Promise<void> {
  await control.change(async ({ db }) => {
    for (const { run_id } of runs)
      await evaluationTables(db)
        .updateTable('judged_runs')
        .set({ recheck_at: timeOrNull(prompt.get(run_id)) })
        .where('run_id', '=', run_id)
        .execute();
  });
}

interface RestJudgement {
  /** When it began. */
  readonly began: bigint;
  readonly rest: Rechecks;
  readonly again: bigint;
}

/**
 * After a judgement by the controls that wait. Prompt judgements go on meanwhile, so what arrived after this one had read is
 * judged by them once more, at `again`. What the last prompt judgement before it had not seen, because it became visible
 * late, is judged promptly now.
 */
export async function rememberRest(
  control: ControlState,
  runs: readonly TouchedRun[],
  { began, rest, again }: RestJudgement,
): Promise<void> {
  await control.change(async ({ db: state, now }) => {
    const db = evaluationTables(state);
    for (const { run_id, fingerprint } of runs) {
      const known = await db
        .selectFrom('judged_runs')
        .select(['fingerprint', 'judged_at'])
        .where('run_id', '=', run_id)
        .executeTakeFirst();
      const isAsRead = known === undefined || [fingerprint, inPart(fingerprint)].includes(known.fingerprint);
      await judgeRestAt(db, run_id, isAsRead ? rest.get(run_id) : again);
      const wasMissed = !isAsRead && known.judged_at < timeText(began);
      if (isAsRead || wasMissed)
        await db
          .updateTable('judged_runs')
          .set(isAsRead ? { fingerprint } : { fingerprint: inPart(fingerprint), recheck_at: timeText(now) })
          .where('run_id', '=', run_id)
          .execute();
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

/** At that time, whatever was said before; never where there is none. */
async function judgeRestAt(db: Db, run_id: string, time: bigint | undefined): Promise<void> {
  await db.deleteFrom('rechecks').where('run_id', '=', run_id).execute();
  if (time !== undefined)
    await db
      .insertInto('rechecks')
      .values({ run_id, at: timeText(time) })
      .execute();
}

/** At that time, or sooner if that was said before. */
async function judgeRestBy(db: Db, run_id: string, time: bigint): Promise<void> {
  const at = timeText(time);
  await db
    .insertInto('rechecks')
    .values({ run_id, at })
    .onConflict((conflict) => conflict.column('run_id').doUpdateSet({ at }).where('rechecks.at', '>', at))
    .execute();
}

const timeOrNull = (time: bigint | undefined): string | null => (time === undefined ? null : timeText(time));

const MOST_DUE = 10_000;

/** Runs whose time has come for the controls that wait, oldest first, at most ten thousand. */
export async function restDue(control: ControlState, now: bigint): Promise<readonly string[]> {
  const rows = await evaluationTables(control.db)
    .selectFrom('rechecks')
    .select('run_id')
    .where('at', '<=', timeText(now))
    .orderBy('at')
    .limit(MOST_DUE)
    .execute();
  return rows.map(({ run_id }) => run_id);
}

/** The same for the prompt controls. */
export async function promptDue(control: ControlState, now: bigint): Promise<readonly string[]> {
  const rows = await evaluationTables(control.db)
    .selectFrom('judged_runs')
    .select('run_id')
    .where('recheck_at', '<=', timeText(now))
    .orderBy('recheck_at')
    .limit(MOST_DUE)
    .execute();
  return rows.map(({ run_id }) => run_id);
}

/** Fingerprints matter only while the overlapping read can meet the run again; what is to be judged again waits for as long as it takes. */
export async function forgetJudged(control: ControlState, now: bigint): Promise<void> {
  const before = timeText(now - seconds(7 * 86_400));
  await control.change(async (change) => {
    await evaluationTables(change.db)
      .deleteFrom('judged_runs')
      .where('judged_at', '<', before)
      .where('recheck_at', 'is', null)
      .execute();
  });
}
