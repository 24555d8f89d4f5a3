import { SEVERITIES, TollgateError, WEBHOOK_KINDS } from '@tollgate/contract';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { decodeCursor, pageOf } from '../http/page.ts';
import { visibleTeams } from '../identity/allows.ts';
import type { Identity } from '../identity/identity.ts';
import { requireTeam } from '../identity/require.ts';
import { NOTIFICATION_STATES, type NotificationRow } from '../state/incident-tables.ts';
import type { ControlTables } from '../state/tables.ts';
import { isoTime, isoTimeOrNull } from '../state/time.ts';

const time = z.iso.datetime();

const attempt = z.object({
  attempt: z.number(),
  at: time,
  /** `delivered`, `answered` with another status than of success, or why there was no answer. */
  outcome: z.string(),
  status: z.number().nullable(),
  took_ms: z.number(),
});

/** One notification of an incident, or a test, as the API shows it. */
export const notificationAnswer = z.object({
  /** The `webhook-id` of each of its attempts. */
  notification_id: z.string(),
  purpose: z.enum(['incident', 'test']),
  /** Null of a test, as is `control`. */
  flag_id: z.string().nullable(),
  control: z.string().nullable(),
  severity: z.enum(SEVERITIES),
  workflow: z.string(),
  policy_version: z.string(),
  run_id: z.string().nullable(),
  owner: z.string(),
  team: z.string(),
  /** Where it is sent; its host alone, because the whole URL may be a secret. Null: people see it here alone. */
  webhook: z.object({ host: z.string(), kind: z.enum(WEBHOOK_KINDS) }).nullable(),
  /** `unsent`: there is no webhook. */
  state: z.enum(NOTIFICATION_STATES),
  opened_at: time,
  /** Until when it is to be delivered and acknowledged. */
  due_at: time,
  next_attempt_at: time.nullable(),
  /** When it was delivered or given up. */
  settled_at: time.nullable(),
  acknowledged_by: z.string().nullable(),
  acknowledged_at: time.nullable(),
  /** When its flag was cleared, so that nobody has to acknowledge it. */
  closed_at: time.nullable(),
  /** Whether it suspended the workflow. */
  suspended: z.boolean(),
  attempts: z.array(attempt),
});
type NotificationAnswer = z.output<typeof notificationAnswer>;

interface NotificationFilter {
  readonly workflow?: string | undefined;
  readonly flag_id?: string | undefined;
  readonly state?: (typeof NOTIFICATION_STATES)[number] | undefined;
  readonly purpose?: 'incident' | 'test' | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Notifications with their attempts, the newest first. */
export async function listNotifications(
  { control }: Pick<Deps, 'control'>,
  identity: Identity,
  { limit, cursor, ...filter }: NotificationFilter,
): Promise<{ items: NotificationAnswer[]; next_cursor: string | null }> {
  let query = control.db
    .selectFrom('notifications')
    .selectAll()
    .orderBy('opened_at', 'desc')
    .orderBy('notification_id', 'desc')
    .limit(limit + 1);
  const teams = visibleTeams(identity);
  if (teams !== undefined) query = query.where('team', 'in', teams);
  for (const field of ['workflow', 'flag_id', 'state', 'purpose'] as const) {
    const value = filter[field];
    if (value !== undefined) query = query.where(field, '=', value);
  }
  if (cursor !== undefined) {
    const [at, id] = decodeCursor(cursor, z.tuple([z.string(), z.string()]));
    query = query.where(({ eb, and, or }) =>
      or([eb('opened_at', '<', at), and([eb('opened_at', '=', at), eb('notification_id', '<', id)])]),
    );
  }
  const page = pageOf(await query.execute(), limit, (row) => [row.opened_at, row.notification_id]);
  return { ...page, items: await withAttempts(control, page.items) };
}

/** @throws TollgateError `not_found` where there is none, or it is another team's */
export async function readNotification(
  { control }: Pick<Deps, 'control'>,
  identity: Identity,
  notification_id: string,
): Promise<NotificationAnswer> {
  const row = await control.db
    .selectFrom('notifications')
    .selectAll()
    .where('notification_id', '=', notification_id)
    .executeTakeFirst();
  if (row === undefined) throw new TollgateError('not_found');
  requireTeam(identity, row.team);
  const [answer] = await withAttempts(control, [row]);
  if (answer === undefined) throw new TollgateError('not_found');
  return answer;
}

type AttemptRow = ControlTables['notification_attempts'];

async function withAttempts(
  { db }: Pick<Deps['control'], 'db'>,
  rows: readonly NotificationRow[],
): Promise<NotificationAnswer[]> {
  const ids = rows.map(({ notification_id }) => notification_id);
  const attempts =
    ids.length === 0
      ? []
      : await db
          .selectFrom('notification_attempts')
          .selectAll()
          .where('notification_id', 'in', ids)
          .orderBy('attempt')
          .execute();
  const byId = Map.groupBy(attempts, ({ notification_id }) => notification_id);
  return rows.map((row) => toAnswer(row, byId.get(row.notification_id) ?? []));
}

function toAnswer(row: NotificationRow, attempts: readonly AttemptRow[]): NotificationAnswer {
  const { url, kind, give_up_at: _, updated_at: __, ...shown } = row;
  return {
    ...shown,
    webhook: url === null ? null : { host: new URL(url).host, kind },
    opened_at: isoTime(row.opened_at),
    due_at: isoTime(row.due_at),
    next_attempt_at: isoTimeOrNull(row.next_attempt_at),
    settled_at: isoTimeOrNull(row.settled_at),
    acknowledged_at: isoTimeOrNull(row.acknowledged_at),
    closed_at: isoTimeOrNull(row.closed_at),
    suspended: row.suspended === 1,
    attempts: attempts.map(({ attempt, at, outcome, status, took_ms }) => ({
      ...{ attempt, at: isoTime(at), outcome, status, took_ms },
    })),
  };
}
