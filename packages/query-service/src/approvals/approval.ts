import { type ApprovalStatus, canonicalJson, saltedDigest } from '@tollgate/contract';
import type { Kysely } from 'kysely';
import type { RecordScope } from '../state/change.ts';
import type { ControlTables } from '../state/tables.ts';
import { isoTime, timeText } from '../state/time.ts';

export type Approval = ControlTables['approvals'];
export type ApprovalDecision = ControlTables['approval_decisions'];
type GlassBreak = ControlTables['glass_breaks'];
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

/**
 * What each record about an approval carries besides its kind. The rollback note is made from the arguments, which only
 * approvers see whole, so it goes into the chain as a digest; the agent's own record has as much of it as its workflow lets out.
 */
export const factsOf = (approval: Approval) => ({
  action: approval.action,
  // Only what needs an approval is asked for, and that is class 3.
  action_class: approval.action_class === 2 ? (2 as const) : (3 as const),
  tool: approval.tool,
  call_id: approval.call_id,
  approval_id: approval.approval_id,
  digests: {
    binding: approval.binding,
    rollback_note: saltedDigest(approval.nonce, canonicalJson(approval.rollback_note.toWellFormed())),
  },
});

/** What those who wait for this approval listen to. */
export const topicOf = (approval_id: string): string => `approval:${approval_id}`;

/** Who broke glass for this call. A request that waits was not let through by anybody. */
export async function glassOf(
  db: Reader,
  { approval_id, state }: Pick<Approval, 'approval_id' | 'state'>,
): Promise<GlassBreak | undefined> {
  if (state === 'waiting') return undefined;
  return db.selectFrom('glass_breaks').selectAll().where('approval_id', '=', approval_id).executeTakeFirst();
}

/** What an agent may see of an approval: never who else could decide, never the arguments back. */
export async function statusOf(db: Reader, approval: Approval, now: bigint): Promise<ApprovalStatus> {
  const { approval_id, call_id, state, binding, expires_at } = approval;
  const status = {
    ...{ approval_id, call_id, binding, decided_by: null, reason: null, expires_at: isoTime(expires_at) },
    state: hasExpired(approval, now) ? ('expired' as const) : state,
  };
  if (state === 'waiting') return status;
  const glass = await glassOf(db, approval);
  if (glass !== undefined)
    return { ...status, decided_by: glass.email, reason: glass.reason, broke_glass: true };
  const last = (await decisionsOf(db, approval_id)).at(-1);
  return last === undefined ? status : { ...status, decided_by: last.email, reason: last.reason };
}
