import type { Identity } from './identity.ts';

/** People who answer for a run or judge it; an admin who is nothing else runs the installation. */
const CONTENT_ROLES = ['owner', 'reviewer', 'approver', 'auditor'] as const;

/**
 * The one rule about who reads what people and models wrote: a role for it, and a right of the person that an admin or the
 * provider's groups may withhold. It is no rule about calls that wait: whoever decides on one sees what it is (invariant 4).
 * Pure.
 */
export function readsContent(identity: Identity): boolean {
  if (identity.kind !== 'person' || !identity.reads_content) return false;
  return identity.roles.some((role) => CONTENT_ROLES.some((one) => one === role));
}
