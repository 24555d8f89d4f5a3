import Big from 'big.js';
import type { Usage } from '../evidence/record.ts';
import type { Usd } from '../money.ts';

/** US dollars per single token, as decimal strings; null where the price list has none. */
export interface TokenPrices {
  readonly input: Usd | null;
  readonly output: Usd | null;
  readonly cache_read: Usd | null;
  readonly cache_creation: Usd | null;
}

export type Pricing =
  | { readonly kind: 'priced'; readonly usd: Usd }
  | { readonly kind: 'unpriced'; readonly reason: 'no_usage' | 'no_price' };

/**
 * The cost of one model call. Uncached input = input − cache reads − cache creation, each at its own price; where a
 * price for cached tokens is missing they cost as much as input. Reasoning tokens are part of the output.
 * Unknown is not zero (invariant 8): without usage or without a price that is needed, the call is unpriced.
 */
export function priceCall(usage: Usage, prices: TokenPrices | undefined): Pricing {
  if (usage.input_tokens === undefined || (usage.output_tokens === undefined && prices?.output !== null))
    return { kind: 'unpriced', reason: 'no_usage' };
  if (prices === undefined) return { kind: 'unpriced', reason: 'no_price' };
  const {
    cache_read_tokens: read = 0,
    cache_creation_tokens: creation = 0,
    output_tokens: output = 0,
  } = usage;
  const cached = read + creation;
  // More cached than input: the report excludes cached tokens from its input.
  const uncached = cached > usage.input_tokens ? usage.input_tokens : usage.input_tokens - cached;
  return total([
    [uncached, prices.input],
    [read, prices.cache_read ?? prices.input],
    [creation, prices.cache_creation ?? prices.input],
    [output, prices.output],
  ]);
}

function total(lines: readonly (readonly [count: number, price: Usd | null])[]): Pricing {
  let sum = new Big(0);
  for (const [count, price] of lines) {
    if (count === 0) continue;
    if (price === null) return { kind: 'unpriced', reason: 'no_price' };
    sum = sum.plus(new Big(price).times(count));
  }
  return { kind: 'priced', usd: sum.toFixed() };
}
