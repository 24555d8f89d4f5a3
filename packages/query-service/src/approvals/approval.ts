import type { ApprovalStatus } from '@tollgate/contract';
import type { Kysely } from 'kysely';
import type { RecordScope } from '../state/change.ts';
import type { ControlTables } from '../state/tables.ts';
import { isoTime, timeText } from '../state/time.ts';

export type Approval = ControlTables['approvals'];
export type ApprovalDecision = ControlTables['approval_decisions'];
type Reader = Pick<Kysely<ControlTables>, 'selectFrom'>;

export async function findApproval(db: Reader, approval_id: string): Promise<Approval | undefined> {
  return db.selectFrom('approvals').selectAll().where('approval_id', '=', approval_id).executeTakeFirst();
}

export async function decisionsOf(db: Reader, approval_id: string): Promise<ApprovalDecision[]> {
  return db
    .selectFrom('approval_decisions')
    .selectAll()
    .where('approval_id', '=', approval_id)
    .orderBy('decided_at')
    .execute();
}

/** Waiting or granted, and past its time by the service's clock, whether or not the sweep has been here yet. */
export const hasExpired = (
  { state, expires_at }: Pick<Approval, 'state' | 'expires_at'>,
  now: bigint,
): boolean => (state === 'waiting' || state === 'approved') && expires_at <= timeText(now);

export const scopeOf = ({ run_id, workflow, policy_version, owner, team }: Approval): RecordScope => ({
  run_id,
  workflow,
  policy_version,
  owner,
  team,
});

/** What each record about an approval carries besides its kind. */
export const factsOf = ({ action, action_class, tool, call_id, approval_id, binding }: Approval) => ({
  action,
  // Only what needs an approval is asked for, and that is class 3.
  action_class: action_class === 2 ? (2 as const) : (3 as const),
  tool,
  call_id,
  approval_id,
  digests: { binding },
});

/** What those who wait for this approval listen to. */
export const topicOf = (approval_id: string): string => `approval:${approval_id}`;

/** What an agent may see: never who else could decide, never the arguments back. */
export function toStatus(
  approval: Approval,
  decisions: readonly ApprovalDecision[],
  now: bigint,
): ApprovalStatus {
  const last = decisions.at(-1);
  const settled = approval.state !== 'waiting';
  return {
    approval_id: approval.approval_id,
    call_id: approval.call_id,
    state: hasExpired(approval, now) ? 'expired' : approval.state,
    binding: approval.binding,
    decided_by: settled && last !== undefined ? last.email : null,
    reason: settled && last !== undefined ? last.reason : null,
    expires_at: isoTime(approval.expires_at),
  };
}
