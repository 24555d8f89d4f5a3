import * as z from 'zod/mini';
import { count, maybe, said, text } from './fields.ts';

/** One limit of one run, day or month, as the service's ledger has it. Amounts are decimal strings of US dollars. */
export const budget = z.object({
  workflow: text,
  team: said,
  /** `per_run`, `per_day` or `per_month`. */
  limit: text,
  /** The run id, the UTC day (2026-11-23) or the UTC month (2026-11). */
  name: text,
  /** Null where the policy has no such limit. */
  limit_usd: said,
  spent_usd: text,
  /** Held by leases that live. */
  reserved_usd: text,
  /** The part of `spent_usd` that no agent has settled. */
  unsettled_usd: text,
  available_usd: said,
  live_leases: count,
  /** The highest percentage of the limit that was warned of. */
  warned_percent: maybe(count),
  updated_at: text,
});
export type Budget = z.output<typeof budget>;
