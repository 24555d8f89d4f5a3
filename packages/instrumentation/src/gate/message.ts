import { REASONS, type Reason } from '@tollgate/contract';
import type { Why } from './refuse.ts';

/** What the agent's model, and the person behind it, get to read. */
export function refusalMessage(name: string, reason: Reason, why: Why): string {
  const { field, expected, decidedBy, approverReason, service } = why;
  const parts = [`${name} was refused: ${REASONS[reason]} (${reason}).`];
  if (field !== undefined) parts.push(`${field}${expected === undefined ? '' : `: expected ${expected}`}.`);
  if (approverReason !== undefined) parts.push(`${decidedBy ?? 'The approver'} says: ${approverReason}`);
  if (service !== undefined) parts.push(`The service says: ${service}`);
  parts.push('It was not executed. Do not repeat the same call.');
  return parts.join(' ');
}
