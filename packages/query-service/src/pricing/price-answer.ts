import type { PriceEntry } from '@tollgate/contract';
import { z } from 'zod';

const rate = z.string().nullable();

/** One price and when it applies, as the API shows it. */
export const priceAnswer = z.object({
  /** Names this price for good; costs carry it. */
  price_id: z.string(),
  /** Whose price it is: `provider/model` of the price list. */
  priced: z.string(),
  /** Empty: every workflow. */
  workflow: z.string(),
  /** Empty: the provider's ordinary service. */
  service_tier: z.string(),
  valid_from: z.iso.datetime(),
  valid_until: z.iso.datetime().nullable(),
  /** Seconds of the UTC day; null where it applies all day. */
  daily: z.object({ from: z.int(), until: z.int() }).nullable(),
  /** Applies to calls with more input tokens than this, to all of their tokens; null: to any. */
  above_input_tokens: z.int().nullable(),
  /** US dollars per single token; null where there is no price of that kind. */
  usd_per_token: z.object({
    input: rate,
    cache_read: rate,
    cache_creation: rate,
    cache_creation_1h: rate,
    output: rate,
    reasoning: rate,
  }),
  price_version: z.string(),
  origin: z.enum(['list', 'override']),
  note: z.string(),
});
type PriceAnswer = z.output<typeof priceAnswer>;

export function toPriceAnswer({ daily, above, rates, ...entry }: PriceEntry): PriceAnswer {
  return {
    ...entry,
    daily: daily.from === daily.until ? null : { ...daily },
    above_input_tokens: above < 0 ? null : above,
    usd_per_token: { ...rates },
  };
}
