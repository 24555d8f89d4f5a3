import type { Deps } from '../deps.ts';
import { approvalRow } from '../records/rows.ts';
import type { Change } from '../state/change.ts';
import { timeText } from '../state/time.ts';
import { type Approval, factsOf, hasExpired, scopeOf, topicOf } from './approval.ts';

/** Records the expiry of a request nobody decided, or of a grant nobody used; says whether it was due. */
export async function expireIfDue(change: Change, approval: Approval): Promise<boolean> {
  const { db, now } = change;
  if (!hasExpired(approval, now)) return false;
  const { numUpdatedRows } = await db
    .updateTable('approvals')
    .set({ state: 'expired', closed_at: timeText(now) })
    .where('approval_id', '=', approval.approval_id)
    .where('state', '=', approval.state)
    .executeTakeFirst();
  if (numUpdatedRows !== 1n) return true;
  const { hash } = await change.record(scopeOf(approval), {
    ...factsOf(approval),
    kind: 'approval_expired',
    verdict: 'deny',
    reason: 'approval_expired',
    enforcement: 'expired',
    detail: { was: approval.state, expires_at: approval.expires_at },
  });
  await change.row('approvals', approvalRow({ event: 'expired', approval, actor: '', now, hash }));
  change.announce(topicOf(approval.approval_id));
  return true;
}

/** Expires what is due, a bounded number at a time. @returns how many */
export async function sweepExpired({ control, clock }: Pick<Deps, 'control' | 'clock'>): Promise<number> {
  const due = await control.db
    .selectFrom('approvals')
    .selectAll()
    .where('state', 'in', ['waiting', 'approved'])
    .where('expires_at', '<=', timeText(clock()))
    .orderBy('expires_at')
    .limit(200)
    .execute();
  if (due.length === 0) return 0;
  await control.change(async (change) => {
    for (const approval of due) await expireIfDue(change, approval);
  });
  return due.length;
}
