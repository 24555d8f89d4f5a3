import type { Workflow } from '@tollgate/contract';
import type { RecordScope, StoreRow } from '../state/change.ts';
import type { ControlTables } from '../state/tables.ts';
import { storeTime } from './store-time.ts';

/** Rows of the tables that the service alone writes; one function a table. `hash` is that of the record that came with it. */

interface Stamp {
  readonly now: bigint;
  readonly hash: string;
}

export function workflowRegistrationRow(
  input: Stamp & { scope: RecordScope; document: Workflow; actor: string },
): StoreRow {
  const { workflow, policy_version, owner, team } = input.scope;
  return {
    ...{ workflow, policy_version, owner, team },
    document: JSON.stringify(input.document),
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
  const { run_id, workflow, policy_version, writer, owner, team, principal, initiator } = run;
  return {
    ...{ run_id, workflow, policy_version, writer, owner, team, principal, initiator, late },
    initiator_verified: run.initiator_verified === 1,
    registered_at: storeTime(now),
    record_hash: hash,
  };
}

export interface ApprovalEvent extends Stamp {
  readonly event: 'requested' | 'decided' | 'glass_broken' | 'consumed' | 'expired' | 'withdrawn';
  readonly approval: ControlTables['approvals'];
  readonly actor: string;
  readonly decision?: 'approve' | 'refuse';
  readonly reason?: string;
}

/** One event of an approval. Arguments and nonce stay in the control state, where only approvers read them. */
export function approvalRow(input: ApprovalEvent): StoreRow {
  const { event, approval, actor, now, hash, decision = '', reason = '' } = input;
  const { approval_id, run_id, workflow, policy_version, owner, team, tool, call_id } = approval;
  const { action, action_class, binding, requester, initiator } = approval;
  return {
    ...{ approval_id, event, run_id, workflow, policy_version, owner, team, tool, call_id },
    ...{ action, action_class, binding, requester, initiator, actor, decision, reason },
    initiator_verified: approval.initiator_verified === 1,
    expires_at: storeTime(approval.expires_at),
    at: storeTime(now),
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

export function suspensionRow(input: SuspensionEvent): StoreRow {
  const { event, suspension_id, scope, actor, reason, now, hash } = input;
  const { workflow, policy_version, owner, team } = scope;
  return {
    ...{ suspension_id, workflow, policy_version, owner, team, event, actor, reason },
    at: storeTime(now),
    record_hash: hash,
  };
}
