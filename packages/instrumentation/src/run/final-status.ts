import { compareUsd, type FinalStatus, type Reason } from '@tollgate/contract';
import { Refused } from '../refused.ts';
import type { GovernedRun } from './governed-run.ts';

const STATUS_OF: Partial<Record<Reason, FinalStatus>> = {
  over_budget: 'over_budget',
  workflow_suspended: 'suspended',
  approval_refused: 'refused',
  approval_withdrawn: 'refused',
  approval_expired: 'expired',
};

function statusOf(reason: Reason): FinalStatus {
  return STATUS_OF[reason] ?? 'blocked';
}

/** How a run ended. A refusal that nobody handled decides; so does one that nothing could follow, even if it was handled. */
export function finalStatus(
  run: GovernedRun,
  end: { readonly kind: 'returned' } | { readonly kind: 'threw'; readonly error: unknown },
  cancelled: boolean,
): FinalStatus {
  if (cancelled) return 'cancelled';
  const refusal = end.kind === 'threw' ? refusalIn(end.error) : undefined;
  if (end.kind === 'threw' && refusal === undefined) return 'failed';
  if (run.escalated) return 'escalated';
  if (refusal !== undefined) return statusOf(refusal.reason);
  return stopped(run) ?? 'completed';
}

/** Frameworks wrap what a tool throws; the refusal is somewhere down the causes. */
function refusalIn(error: unknown, depth = 0): Refused | undefined {
  if (error instanceof Refused) return error;
  if (depth > 8 || !(error instanceof Error)) return undefined;
  return refusalIn(error.cause, depth + 1);
}

/** An agent that swallowed the refusal and returned was stopped all the same, when nothing more could have been done. */
function stopped(run: GovernedRun): FinalStatus | undefined {
  const last = run.refusals().at(-1)?.reason;
  const limit = run.process.policy.budget_limit.per_run;
  if (last === 'over_budget' && limit !== undefined && compareUsd(run.budget.spent(), limit) >= 0)
    return 'over_budget';
  if (last === 'workflow_suspended' && run.process.heartbeat.known().last?.suspended === true)
    return 'suspended';
  return undefined;
}
