import type { Change, ControlState } from '../state/change.ts';
import { isoTime, seconds, timeText } from '../state/time.ts';
import type { ServiceEvent } from './event.ts';

/** The topic that is notified after each commit that changed something. */
export const EVENTS_TOPIC = 'events';

/** An event with its place in the order of commits. */
export interface JournalEntry extends Omit<ServiceEvent, 'kind'> {
  readonly position: number;
  readonly kind: string;
  readonly at: string;
}

/** Events are told for this long after they happened, and at most this many: whoever was away longer reads anew. */
export const KEPT = { seconds: 86_400, events: 100_000 } as const;

/** Writes an event down, in the transaction of the change. */
export async function appendEvent(
  { db, now }: Pick<Change, 'db' | 'now'>,
  event: ServiceEvent,
): Promise<void> {
  await db
    .insertInto('events')
    .values({ ...event, at: timeText(now) })
    .execute();
}

type Reader = Pick<ControlState, 'db'>;

/**
 * From where to where the journal reaches: whoever has seen `before` has missed nothing that is gone. Both are 0 in a
 * journal that never had an event.
 */
export async function journalRange({ db }: Reader): Promise<{ before: number; newest: number }> {
  const { oldest, newest } = await db
    .selectFrom('events')
    .select(({ fn }) => [fn.min('position').as('oldest'), fn.max('position').as('newest')])
    .executeTakeFirstOrThrow();
  return { before: Math.max(0, Number(oldest ?? 0) - 1), newest: Number(newest ?? 0) };
}

interface Wanted {
  readonly after: number;
  readonly until: number;
  readonly kinds: readonly string[];
  /** Undefined: every team. */
  readonly teams: readonly string[] | undefined;
  readonly workflow: string | undefined;
  readonly limit: number;
}

/** Events after one place and up to another, in the order of commits. */
export async function readJournal(
  { db }: Reader,
  { after, until, kinds, teams, workflow, limit }: Wanted,
): Promise<readonly JournalEntry[]> {
  let query = db
    .selectFrom('events')
    .selectAll()
    .where('position', '>', after)
    .where('position', '<=', until)
    .where('kind', 'in', kinds)
    .orderBy('position')
    .limit(limit);
  if (teams !== undefined) query = query.where('team', 'in', teams);
  if (workflow !== undefined) query = query.where('workflow', '=', workflow);
  return (await query.execute()).map((row) => ({ ...row, at: isoTime(row.at) }));
}

/** Forgets what is older than the journal reaches; the newest event stays, so that its place is still known. */
export async function pruneJournal(
  control: ControlState,
  now: bigint,
  kept: { readonly seconds: number; readonly events: number } = KEPT,
): Promise<void> {
  const { newest } = await journalRange(control);
  await control.change(async ({ db }) => {
    await db
      .deleteFrom('events')
      .where('position', '<', newest)
      .where(({ eb, or }) =>
        or([
          eb('at', '<', timeText(now - seconds(kept.seconds))),
          eb('position', '<=', newest - kept.events),
        ]),
      )
      .execute();
  });
}
