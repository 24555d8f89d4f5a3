import { findAction } from '@tollgate/contract';
import type { Approval } from '../api/shapes.ts';

/** Why a call is of class 3, in words: what raised it, or the action itself. */
export function classReason(approval: Pick<Approval, 'action' | 'raised_by'>): string {
  const action = approval.action === null ? undefined : findAction(approval.action);
  const reasons: string[] = [];
  if (action?.class === 3) reasons.push(`the action ${approval.action} is of class 3: it ${action.does}`);
  if (approval.raised_by.length > 0) reasons.push(`raised by ${approval.raised_by.join(', ')}`);
  return reasons.length === 0 ? 'not stated' : reasons.join('; ');
}
