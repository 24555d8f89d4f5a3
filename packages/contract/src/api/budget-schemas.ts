import { z } from 'zod';
import { usd } from '../money.ts';
import { uuid, uuidv7 } from './ids.ts';

/** Budget leases: room under a workflow's limits that a process holds, so that a model call need not ask for each. */

const leaseId = uuidv7;
/** One request settles at most so many leases; what is left goes into the next. */
const MAX_SETTLED = 1000;

/** What was spent from one lease so far, which may be more than was granted. Cumulative, so repeating it is harmless. */
export const settledLease = z.strictObject({ lease_id: leaseId, spent_usd: usd, closed: z.boolean() });
export type SettledLease = z.output<typeof settledLease>;

/** POST /v1/runs/{run_id}/leases; refused with `over_budget`, whose first issue names the limit, e.g. `budget.per_day`. */
export const leaseRequest = z.strictObject({
  /** Made by the client: the same id again gets the same answer. */
  lease_id: leaseId,
  writer: uuid,
  wanted_usd: usd,
  /** The least that is of use, i.e. the worst case of the call that waits. */
  minimum_usd: usd,
  settled: z.array(settledLease).max(MAX_SETTLED),
});
export type LeaseRequest = z.output<typeof leaseRequest>;

export const BUDGET_PERIODS = ['per_run', 'per_day', 'per_month'] as const;
export type BudgetPeriod = (typeof BUDGET_PERIODS)[number];

export const lease = z.object({
  lease_id: leaseId,
  granted_usd: usd,
  expires_at: z.iso.datetime(),
  /** The same by the service's clock, for a process whose own clock is off. */
  expires_in_ms: z.int().min(0),
  /** Percentages of a limit that were passed, in whole percent. */
  warnings: z.array(z.object({ limit: z.enum(BUDGET_PERIODS), percent: z.int().min(1) })),
});
export type Lease = z.output<typeof lease>;

/** POST /v1/runs/{run_id}/leases/settle */
export const settleRequest = z.strictObject({
  writer: uuid,
  settled: z.array(settledLease).min(1).max(MAX_SETTLED),
});
export type SettleRequest = z.output<typeof settleRequest>;

export const settleAnswer = z.object({ settled: z.array(leaseId) });
export type SettleAnswer = z.output<typeof settleAnswer>;
