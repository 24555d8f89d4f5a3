import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { visibleTeams } from '../identity/allows.ts';
import type { Identity } from '../identity/identity.ts';
import { isoFromNanos, select } from '../runs/select.ts';
import { TEAM, WITH_KEYS } from './team-of-call.ts';

export const unpricedAnswer = z.object({
  provider: z.string(),
  model: z.string(),
  /** Why: `no_price`, `no_tier_price`, `no_usage`, `no_model` or `unreadable_usage`. */
  reason: z.string(),
  /** Empty: the provider's ordinary service. */
  service_tier: z.string(),
  calls: z.int(),
  /** As far as they are known. */
  input_tokens: z.int(),
  output_tokens: z.int(),
  first_seen: z.iso.datetime(),
  last_seen: z.iso.datetime(),
});
type UnpricedAnswer = z.output<typeof unpricedAnswer>;

const row = z.object({
  provider: z.string(),
  model: z.string(),
  reason: z.string(),
  service_tier: z.string(),
  calls: z.coerce.number(),
  input_tokens: z.coerce.number(),
  output_tokens: z.coerce.number(),
  first_seen: isoFromNanos,
  last_seen: isoFromNanos,
});

const QUERY = `
  SELECT c.provider AS provider, c.model AS model, c.unpriced_reason AS reason, c.service_tier AS service_tier,
         sum(c.unpriced_calls) AS calls, sum(c.input_tokens) AS input_tokens, sum(c.output_tokens) AS output_tokens,
         toString(toUnixTimestamp64Nano(min(c.first_start))) AS first_seen, toString(toUnixTimestamp64Nano(max(c.last_start))) AS last_seen
  FROM counted_costs(from = '1970-01-01 00:00:00', to = '2262-01-01 00:00:00') AS c ${WITH_KEYS}
  WHERE c.unpriced_calls > 0 AND ({every:Bool} OR ${TEAM} IN {teams:Array(String)})
  GROUP BY c.provider, c.model, c.unpriced_reason, c.service_tier
  ORDER BY calls DESC, provider, model, reason, service_tier LIMIT 1000`;

/** Models whose calls have no cost, those with most calls first; at most a thousand. */
export async function readUnpriced(
  deps: Pick<Deps, 'store'>,
  identity: Identity,
): Promise<readonly UnpricedAnswer[]> {
  const teams = visibleTeams(identity);
  return select(deps, row, QUERY, { every: teams === undefined, teams: teams ?? [] });
}
