import { recordScope } from '../flags/event.ts';
import { workflowLedger } from '../records/workflow-ledger.ts';
import type { Change, ControlState, RecordScope } from '../state/change.ts';
import type { NotificationRow } from '../state/incident-tables.ts';
import { seconds, timeText } from '../state/time.ts';
import type { PostOutcome } from './post.ts';
import { pauseSeconds } from './retry.ts';

interface Attempt {
  readonly outcome: PostOutcome;
  readonly took_ms: number;
  /** In [0, 1). */
  readonly chance: number;
}

/** Writes down how an attempt ended, and what follows: delivered, given up, or when it is tried again. */
export async function settleAttempt(
  control: ControlState,
  { notification_id }: Pick<NotificationRow, 'notification_id'>,
  attempt: Attempt,
): Promise<void> {
  await control.change(async (change) => {
    const { db, now } = change;
    const row = await db
      .selectFrom('notifications')
      .selectAll()
      .where('notification_id', '=', notification_id)
      .executeTakeFirst();
    if (row?.state !== 'waiting') return;
    const attempts = row.attempts + 1;
    const status = attempt.outcome.kind === 'answered' ? attempt.outcome.status : null;
    const next = nextOf(row, attempt, attempts, now);
    const outcome =
      next.state === 'delivered'
        ? 'delivered'
        : attempt.outcome.kind === 'answered'
          ? 'answered'
          : attempt.outcome.why;
    await db
      .insertInto('notification_attempts')
      .values({
        notification_id,
        attempt: attempts,
        at: timeText(now),
        outcome,
        status,
        took_ms: attempt.took_ms,
      })
      .execute();
    const { state, at } = next;
    const settled = state === 'waiting' ? { next_attempt_at: at } : { next_attempt_at: null, settled_at: at };
    await db
      .updateTable('notifications')
      .set({ state, attempts, ...settled, updated_at: timeText(now) })
      .where('notification_id', '=', notification_id)
      .execute();
    if (state === 'waiting') return;
    await change.record(await scopeOf(change, control, row), {
      kind: state === 'delivered' ? 'incident_delivered' : 'incident_given_up',
      detail: { notification_id, flag_id: row.flag_id, purpose: row.purpose, attempts, outcome, status },
    });
  });
}

type Next = { readonly state: 'waiting' | 'delivered' | 'given_up'; readonly at: string };

/**
 * 410 Gone is how a receiver says that it wants nothing any more; one that asks to be left alone beyond the end of the time
 * cannot be reached in it either. Without such an answer the last attempt is at the end of the time.
 */
function nextOf(row: NotificationRow, { outcome, chance }: Attempt, attempts: number, now: bigint): Next {
  const end = BigInt(row.give_up_at);
  const [status, asked] = outcome.kind === 'answered' ? [outcome.status, outcome.retry_after_seconds] : [];
  const settled = (state: 'delivered' | 'given_up'): Next => ({ state, at: timeText(now) });
  if (status !== undefined && status >= 200 && status < 300) return settled('delivered');
  if (now >= end || status === 410 || now + seconds(asked ?? 0) > end) return settled('given_up');
  const next = now + seconds(pauseSeconds(attempts, asked, chance));
  return { state: 'waiting', at: timeText(next > end ? end : next) };
}

/** A test is about the workflow; an incident about its flag. */
export const scopeOf = async (
  change: Change,
  control: ControlState,
  row: NotificationRow,
): Promise<RecordScope> =>
  row.purpose === 'test' ? workflowLedger(control, row) : recordScope(change, control, row);
