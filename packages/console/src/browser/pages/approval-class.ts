import { findAction } from '@tollgate/contract';
import type { Approval } from '../api/shapes.ts';

/** Why a call is of class 3, in words: what the service says of it, or the action itself. */
export function classReason(approval: Pick<Approval, 'action' | 'raised_by'>): string {
  const action = approval.action === null ? undefined : findAction(approval.action);
  if (approval.raised_by.length > 0) return approval.raised_by.join('; ');
  return action?.class === 3 ? `the action ${approval.action} is of class 3` : 'not stated';
}

/** What the action does, from the catalogue: `send_message: sends a message to someone`. */
export function actionText(name: string): string {
  const action = findAction(name);
  return action === undefined ? name : `${name}: ${action.does}`;
}
