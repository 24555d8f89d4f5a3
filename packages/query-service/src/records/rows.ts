import type { Requirements } from '@tollgate/contract';
import type { RecordScope, StoreRow } from '../state/change.ts';
import type { ControlTables } from '../state/tables.ts';
import { storeTime } from './store-time.ts';

/** Rows of the tables that the service alone writes; one function a table. `hash` is that of the record that came with it. */

interface Stamp {
  readonly now: bigint;
  readonly hash: string;
}

export function workflowRegistrationRow(
  input: Stamp & { scope: RecordScope; yaml: string; requirements: Requirements; actor: string },
): StoreRow {
  const { workflow, policy_version, owner, team } = input.scope;
  return {
    ...{ workflow, policy_version, owner, team },
    yaml: input.yaml,
    requirements: JSON.stringify(input.requirements),
    registered_by: input.actor,
    registered_at: storeTime(input.now),
    record_hash: input.hash,
  };
}

export function runRegistrationRow({
  run,
  late,
  now,
  hash,
}: Stamp & { run: ControlTables['runs']; late: boolean }): StoreRow {
  const { run_id, workflow, policy_version, writer, owner, team, principal, key_id, initiator } = run;
  return {
    ...{ run_id, workflow, policy_version, writer, owner, team, principal, key_id, initiator, late },
    initiator_verified: run.initiator_verified === 1,
    registered_at: storeTime(now),
    record_hash: hash,
  };
}

export interface ApprovalEvent extends Stamp {
  readonly event: 'requested' | 'decided' | 'consumed' | 'expired' | 'withdrawn';
  readonly approval: ControlTables['approvals'];
  readonly actor: string;
  readonly decision?: 'approve' | 'refuse';
  readonly reason?: string;
}

/** One event of an approval. Arguments and nonce stay in the control state, where only approvers read them. */
export function approvalRow({
  event,
  approval,
  actor,
  now,
  hash,
  decision = undefined,
  reason = '',
}: ApprovalEvent): StoreRow {
  const { approval_id, run_id, workflow, policy_version, owner, team, tool, call_id, action, action_class } =
    approval;
  return {
    ...{ approval_id, run_id, workflow, policy_version, owner, team, tool, call_id, action, action_class },
    ...{ event, actor, reason, decision: decision ?? '' },
    at: storeTime(now),
    binding: approval.binding,
    requester: approval.requester,
    initiator: approval.initiator,
    initiator_verified: approval.initiator_verified === 1,
    needed: approval.needed,
    expires_at: storeTime(approval.expires_at),
    record_hash: hash,
  };
}

export interface SuspensionEvent extends Stamp {
  readonly event: 'suspended' | 'resumed';
  readonly suspension_id: string;
  readonly scope: RecordScope;
  readonly actor: string;
  readonly reason: string;
}

export function suspensionRow({
  event,
  suspension_id,
  scope,
  actor,
  reason,
  now,
  hash,
}: SuspensionEvent): StoreRow {
  const { workflow, owner, team } = scope;
  return {
    suspension_id,
    workflow,
    owner,
    team,
    event,
    actor,
    reason,
    at: storeTime(now),
    record_hash: hash,
  };
}
