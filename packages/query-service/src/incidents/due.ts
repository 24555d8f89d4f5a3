import { sql } from 'kysely';
import type { ControlState } from '../state/change.ts';
import type { NotificationRow } from '../state/incident-tables.ts';
import { timeText } from '../state/time.ts';

interface Bounds {
  /** On their way already. */
  readonly without: readonly Pick<NotificationRow, 'notification_id' | 'workflow'>[];
  readonly most: number;
  /** Of one workflow, those on their way included: a receiver that hangs holds up its own workflow alone. */
  readonly most_of_workflow: number;
}

/** Notifications whose next attempt is due, the longest waiting first. */
export async function dueNotifications(
  { db }: Pick<ControlState, 'db'>,
  now: bigint,
  { without, most, most_of_workflow }: Bounds,
): Promise<readonly NotificationRow[]> {
  if (most <= 0) return [];
  const busy = Map.groupBy(without, ({ workflow }) => workflow);
  const ranked = db
    .selectFrom('notifications')
    .selectAll()
    .select(
      sql<number>`row_number() over (partition by workflow order by next_attempt_at, notification_id)`.as(
        'rank',
      ),
    )
    .where('state', '=', 'waiting')
    .where('next_attempt_at', '<=', timeText(now))
    .where('notification_id', 'not in', ['', ...without.map(({ notification_id }) => notification_id)]);
  const rows = await db
    .selectFrom(ranked.as('due'))
    .selectAll()
    .where('rank', '<=', most_of_workflow)
    .orderBy('next_attempt_at')
    .limit(most + without.length)
    .execute();
  return rows
    .filter(({ workflow, rank }) => rank + (busy.get(workflow)?.length ?? 0) <= most_of_workflow)
    .slice(0, most)
    .map(({ rank: _, ...row }) => row);
}
