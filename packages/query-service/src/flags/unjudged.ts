import type { JudgeContext } from '../controls/control.ts';
import { runJudged, type UnjudgedRow } from '../controls/run-judged.ts';
import type { Deps } from '../deps.ts';
import { plainText } from '../records/plain-text.ts';
import { greatest, least } from '../runs/run-times.ts';
import type { ControlState } from '../state/change.ts';
import { seconds, timeText } from '../state/time.ts';
import { addFlags, applyJudgements, type FlagCounts, noFlags } from './apply.ts';
import { ripen } from './ripen.ts';
import { type EvaluationTables, evaluationTables } from './tables.ts';

type UnjudgedDeps = Pick<Deps, 'control' | 'clock' | 'logger'>;

/** What was judged together, by what, and where that failed. */
export interface Tried {
  /** Run ids, or workflows and months: `workflow/202611`. */
  readonly subjects: readonly string[];
  /** Controls, and what else is done with judged runs. */
  readonly parts: readonly string[];
  readonly failures: readonly { readonly subject: string; readonly part: string; readonly error: unknown }[];
}

/**
 * Remembers what could not be judged until it can, logs why, and flags it (`run_judged`).
 * @returns when each is to be tried again (ns)
 */
export async function noteUnjudged(
  deps: UnjudgedDeps,
  tried: Tried,
  context: JudgeContext,
  counts: FlagCounts,
): Promise<ReadonlyMap<string, bigint>> {
  const known = await rememberedOf(deps, tried.subjects);
  if (known.length === 0 && tried.failures.length === 0) return new Map();
  for (const { subject, part, error } of tried.failures)
    deps.logger.error({ err: error, subject, part }, 'a control could not judge it; it will be tried again');
  const now = deps.clock();
  const rows = await remember(deps, tried, known, now);
  const subjects = new Set([...known, ...rows].map(({ subject }) => subject));
  for (const subject of subjects)
    addFlags(counts, await flag(deps, subject, { rows, context: { ...context, now } }));
  const failed = rows.filter(({ part }) => tried.parts.includes(part));
  return new Map(
    [...Map.groupBy(failed, ({ subject }) => subject)].map(([subject, of]) => [
      subject,
      of.map(({ since }) => retryAt(since, now)).reduce(least),
    ]),
  );
}

type Row = EvaluationTables['unjudged'];

/** How many runs and months wait to be judged. */
export async function unjudgedCount(control: ControlState): Promise<number> {
  const { count } = await evaluationTables(control.db)
    .selectFrom('unjudged')
    .select(({ fn }) => fn.count<number>('subject').distinct().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** What began to fail since a time (ns). */
export function unjudgedSince(
  control: ControlState,
  since: bigint,
): Promise<readonly Pick<Row, 'subject' | 'part'>[]> {
  return evaluationTables(control.db)
    .selectFrom('unjudged')
    .select(['subject', 'part'])
    .where('since', '>=', timeText(since))
    .limit(MOST_LATELY)
    .execute();
}

/** As many as the address of a question bears. */
const MOST_LATELY = 5000;

/** What one part could not judge the last time. */
export async function unjudgedSubjects(control: ControlState, part: string): Promise<readonly string[]> {
  const rows = await evaluationTables(control.db)
    .selectFrom('unjudged')
    .select('subject')
    .where('part', '=', part)
    .execute();
  return rows.map(({ subject }) => subject);
}

const AT_ONCE = 500;

async function rememberedOf({ control }: UnjudgedDeps, subjects: readonly string[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (let from = 0; from < subjects.length; from += AT_ONCE)
    rows.push(
      ...(await evaluationTables(control.db)
        .selectFrom('unjudged')
        .selectAll()
        .where('subject', 'in', subjects.slice(from, from + AT_ONCE))
        .execute()),
    );
  return rows;
}

/** @returns what is not judged of the subjects afterwards, also by parts that were not tried now */
function remember(
  { control }: UnjudgedDeps,
  { parts, failures }: Tried,
  known: readonly Row[],
  now: bigint,
): Promise<readonly Row[]> {
  const keyOf = ({ subject, part }: Pick<Row, 'subject' | 'part'>) => JSON.stringify([part, subject]);
  const before = new Map(known.map((row) => [keyOf(row), row]));
  const failing = new Map(
    failures.map((failure) => {
      const { subject, part, error } = failure;
      const since = before.get(keyOf(failure))?.since ?? timeText(now);
      return [keyOf(failure), { subject, part, error: errorName(error), since }];
    }),
  );
  const mended = known.filter((row) => parts.includes(row.part) && !failing.has(keyOf(row)));
  return control.change(async (change) => {
    const db = evaluationTables(change.db);
    for (const { subject, part } of mended)
      await db.deleteFrom('unjudged').where('subject', '=', subject).where('part', '=', part).execute();
    for (const row of failing.values())
      await db
        .insertInto('unjudged')
        .values(row)
        .onConflict((conflict) => conflict.columns(['subject', 'part']).doUpdateSet({ error: row.error }))
        .execute();
    return [...known.filter((row) => !mended.includes(row) && !failing.has(keyOf(row))), ...failing.values()];
  });
}

/** Where even that cannot be written down, the log is all that says it. */
async function flag(
  { control, logger }: UnjudgedDeps,
  subject: string,
  { rows, context }: { readonly rows: readonly Row[]; readonly context: JudgeContext },
): Promise<FlagCounts> {
  const about = rows.filter((row) => row.subject === subject).map(asFact);
  const { ripe: findings } = ripen(runJudged, runJudged.judge(about, context), context.now, control.writer);
  try {
    return await applyJudgements(control, [
      { control: runJudged, scopes: [subject], findings, rechecks: [] },
    ]);
  } catch (err) {
    logger.error({ err, subject }, 'what could not be judged cannot be flagged either');
    return noFlags();
  }
}

function asFact({ subject, part, error, since }: Row): UnjudgedRow {
  const month = subject.lastIndexOf('/');
  const isRun = month === -1;
  return {
    ...{ subject, part, error, since: BigInt(since) },
    run_id: isRun ? subject : null,
    workflow: isRun ? '' : subject.slice(0, month),
  };
}

const LONGEST_NAME = 100;

const errorName = (error: unknown): string =>
  plainText(error instanceof Error ? error.name.slice(0, LONGEST_NAME) : typeof error);

const LEAST_REST = seconds(20);
const LONGEST_REST = seconds(3600);

/** After as long again as it has failed, within bounds. */
function retryAt(since: string, now: bigint): bigint {
  const failed = now - BigInt(since);
  return now + least(greatest(failed, LEAST_REST), LONGEST_REST);
}
