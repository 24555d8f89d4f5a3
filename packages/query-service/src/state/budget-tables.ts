import type { BudgetPeriod } from '@tollgate/contract';
import type { ColumnType } from 'kysely';

/** Nanoseconds since 1970 as 19 digits, so that text order is time order (until the year 2286). */
type Time = string;
/**
 * Whole nano-USD in 64 bits, more than a JavaScript number can hold: written as bigint and read as text, by
 * `nanoText`. Selecting the column itself is a type error.
 */
type Nano = ColumnType<never, bigint, bigint>;

/** One limit of one run, day or month, and what stands against it. */
interface BudgetAccounts {
  /** `run:<id>`, `day:<workflow>:<UTC date>` or `month:<workflow>:<UTC month>`. */
  account: string;
  period: BudgetPeriod;
  /** The run id, the UTC day (2026-11-23) or the UTC month (2026-11). */
  name: string;
  workflow: string;
  team: string;
  /** The limit at the newest lease; null: the policy has none. */
  limit_nano: ColumnType<never, bigint | null, bigint | null>;
  /** Settled, and what expired unsettled. */
  spent: Nano;
  /** What live leases may still spend. */
  reserved: Nano;
  /** The part of `spent` that nobody has settled: leases that expired without being closed. */
  unsettled: Nano;
  /** How many leases are live. */
  leases: number;
  /** The highest percentage of this limit that was warned of. */
  warned: number;
  opened_at: Time;
  updated_at: Time;
}

export type LeaseState = 'live' | 'closed' | 'expired';

interface BudgetLeases {
  lease_id: string;
  run_id: string;
  writer: string;
  principal: string;
  run_account: string;
  day_account: string;
  month_account: string;
  granted: Nano;
  /** Settled so far; may be more than was granted. */
  spent: Nano;
  state: LeaseState;
  granted_at: Time;
  expires_at: Time;
}

export interface BudgetTables {
  budget_accounts: BudgetAccounts;
  budget_leases: BudgetLeases;
}
