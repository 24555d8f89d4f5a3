import type { JudgeContext } from '../controls/control.ts';
import { runJudged, type UnjudgedRow } from '../controls/run-judged.ts';
import type { Deps } from '../deps.ts';
import { plainText } from '../records/plain-text.ts';
import { greatest, least } from '../runs/run-times.ts';
import type { Change, ControlState } from '../state/change.ts';
import { seconds, timeText } from '../state/time.ts';
import { applyJudgement, type FlagCounts } from './apply.ts';
import type { FlagChange } from './changes.ts';
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
  const { failures, parts } = tried;
  const known = await rememberedAmong(deps, tried.subjects);
  const again = new Map<string, bigint>();
  for (const { subject, part, error } of failures)
    deps.logger.error({ err: error, subject, part }, 'a control could not judge it; it will be tried again');
  for (const subject of new Set([...known, ...failures.map((failure) => failure.subject)])) {
    const failed = failures.filter((failure) => failure.subject === subject);
    const { rows, flags } = await noteOne(deps, { subject, parts, failed }, context);
    for (const { kind } of flags) counts[kind] += 1;
    const now = deps.clock();
    const times = rows.filter(({ part }) => parts.includes(part)).map(({ since }) => retryAt(since, now));
    if (times.length > 0) again.set(subject, times.reduce(least));
  }
  return again;
}

/** What of one subject was tried. */
interface TriedOne {
  readonly subject: string;
  readonly parts: readonly string[];
  readonly failed: readonly { readonly part: string; readonly error: unknown }[];
}

interface Noted {
  /** What is not judged of it afterwards, also by parts that were not tried now. */
  readonly rows: readonly Row[];
  readonly flags: readonly FlagChange[];
}

/**
 * What is remembered and its flag change together: prompt judgements and those that wait go on at the same time, each may be
 * killed, and no flag may be left of which nothing is remembered.
 */
async function noteOne(
  { control, logger }: UnjudgedDeps,
  tried: TriedOne,
  context: JudgeContext,
): Promise<Noted> {
  try {
    return await control.change(async (change) => {
      const rows = await remember(change, tried);
      const { now } = change;
      const found = runJudged.judge(rows.map(asFact), { ...context, now });
      const { ripe: findings } = ripen(runJudged, found, now, control.writer);
      const judgement = { control: runJudged, scopes: [tried.subject], findings, rechecks: [] };
      return { rows, flags: await applyJudgement(change, control, judgement) };
    });
  } catch (err) {
    // Then the log says it, and coverage. Nothing is forgotten meanwhile.
    logger.error({ err, subject: tried.subject }, 'what could not be judged cannot be flagged either');
    return { rows: await control.change((change) => remember(change, { ...tried, parts: [] })), flags: [] };
  }
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

/** What waits to be judged, the latest first, as much as the address of a question bears; what is older is flagged. */
export function unjudgedNow(control: ControlState): Promise<readonly Pick<Row, 'subject' | 'part'>[]> {
  return evaluationTables(control.db)
    .selectFrom('unjudged')
    .select(['subject', 'part'])
    .orderBy('since', 'desc')
    .limit(MOST_AT_ONCE)
    .execute();
}

const MOST_AT_ONCE = 5000;

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

/** Those of which something is not judged. */
async function rememberedAmong({ control }: UnjudgedDeps, subjects: readonly string[]): Promise<string[]> {
  const known: string[] = [];
  for (let from = 0; from < subjects.length; from += AT_ONCE) {
    const rows = await evaluationTables(control.db)
      .selectFrom('unjudged')
      .select('subject')
      .distinct()
      .where('subject', 'in', subjects.slice(from, from + AT_ONCE))
      .execute();
    known.push(...rows.map(({ subject }) => subject));
  }
  return known;
}

/** Forgets what was tried and did not fail, and remembers what did. @returns what is not judged afterwards */
async function remember(change: Change, { subject, parts, failed }: TriedOne): Promise<readonly Row[]> {
  const db = evaluationTables(change.db);
  const failing = failed.map(({ part }) => part);
  const mended = parts.filter((part) => !failing.includes(part));
  if (mended.length > 0)
    await db.deleteFrom('unjudged').where('subject', '=', subject).where('part', 'in', mended).execute();
  for (const { part, error } of failed)
    await db
      .insertInto('unjudged')
      .values({ subject, part, error: errorName(error), since: timeText(change.now) })
      .onConflict((conflict) =>
        conflict.columns(['subject', 'part']).doUpdateSet({ error: errorName(error) }),
      )
      .execute();
  return db.selectFrom('unjudged').selectAll().where('subject', '=', subject).execute();
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
