import Big from 'big.js';
import type { Usd } from '../money.ts';

/** The kinds of token that have a price of their own, in the order in which a bill lists them. */
export const RATE_KINDS = [
  'input',
  'cache_read',
  'cache_creation',
  'cache_creation_1h',
  'output',
  'reasoning',
] as const;
export type RateKind = (typeof RATE_KINDS)[number];

/** US dollars per single token, as decimal strings; null or absent where the price list has none. */
export interface TokenPrices {
  readonly input: Usd | null;
  readonly output: Usd | null;
  readonly cache_read: Usd | null;
  /** Writes that live for five minutes, or whose life is not said. */
  readonly cache_creation: Usd | null;
  /** Writes that live for an hour. */
  readonly cache_creation_1h?: Usd | null;
  /** Where reasoning costs other than the output that it is part of. */
  readonly reasoning?: Usd | null;
}

/**
 * What each kind of token costs, once it is settled what stands in for a price that the list has not: cached tokens cost as
 * input, reasoning as output. Writes for an hour cost more than those for five minutes, so a price for the latter alone
 * does not settle them.
 */
export function settledRates(prices: TokenPrices): Required<TokenPrices> {
  const { input, output, cache_read, cache_creation, cache_creation_1h, reasoning } = prices;
  return {
    input,
    output,
    cache_read: cache_read ?? input,
    cache_creation: cache_creation ?? input,
    cache_creation_1h: cache_creation_1h ?? (cache_creation === null ? input : null),
    reasoning: reasoning ?? output,
  };
}

/** A dollar a token is far above any price; with it, counts of 10⁹ stay far from where the store's decimals wrap. */
const MAX_RATE = new Big(1);
const DECIMALS = 15;

/** Whether each price is one that the store multiplies exactly: not negative, at most a dollar, at most 15 decimals. */
export function areUsable(prices: TokenPrices): boolean {
  return RATE_KINDS.every((kind) => {
    const rate = prices[kind];
    if (rate === null || rate === undefined) return true;
    const exact = new Big(rate);
    return exact.gte(0) && exact.lte(MAX_RATE) && exact.eq(exact.round(DECIMALS, Big.roundDown));
  });
}

/**
 * US dollars per million tokens as a price list has them; the shortest decimal form is the price as published, unless that was worked
 * out in floats (0.08333333333333334): rounded to the store's 15 decimals.
 */
export function perToken(perMillion: number | string | null | undefined): Usd | null {
  if (perMillion === null || perMillion === undefined) return null;
  return new Big(String(perMillion)).times('0.000001').round(DECIMALS, Big.roundHalfUp).toFixed();
}

/** Every price times a factor, rounded to the store's 15 decimals. */
export function scaled(prices: TokenPrices, factor: string): Required<TokenPrices> {
  const scale = (rate: Usd | null | undefined) =>
    rate === null || rate === undefined
      ? null
      : new Big(rate).times(factor).round(DECIMALS, Big.roundHalfUp).toFixed();
  return {
    input: scale(prices.input),
    output: scale(prices.output),
    cache_read: scale(prices.cache_read),
    cache_creation: scale(prices.cache_creation),
    cache_creation_1h: scale(prices.cache_creation_1h),
    reasoning: scale(prices.reasoning),
  };
}
