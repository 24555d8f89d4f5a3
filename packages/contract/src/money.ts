import Big from 'big.js';
import { z } from 'zod';

/**
 * An amount of US dollars as a decimal string, e.g. "0.0125". Money is never a float: sums, products and comparisons
 * go through the functions here, which are exact (big.js rounds on division only, and nothing here divides) unless they say so.
 */
export type Usd = string;

/** At most 15 digits before and 15 after the point, so that amounts fit ClickHouse's Decimal(38, 15) with room to sum. */
const DECIMAL = /^(0|[1-9]\d{0,14})(\.\d{1,15})?$/;

/** A non-negative amount as a decimal string. */
export const usd = z.string().regex(DECIMAL, {
  error:
    'write an amount in US dollars such as "0.50": digits and one point, not negative, at most 15 decimals',
});

/** What a provider may say that one call cost: below a billion dollars, as the store reads it (docs/costs.md). Else it is unreadable. */
export const reportedUsd = usd.regex(/^\d{1,9}(\.|$)/);

export function addUsd(...amounts: readonly Usd[]): Usd {
  return amounts.reduce((sum, amount) => sum.plus(amount), new Big(0)).toFixed();
}

/** `a - b`, which may be negative. */
export function subtractUsd(a: Usd, b: Usd): Usd {
  return new Big(a).minus(b).toFixed();
}

export function multiplyUsd(amount: Usd, count: number): Usd {
  return new Big(amount).times(count).toFixed();
}

const NANO_DECIMALS = 9;

/** Rounded up to nano-USD, in which the service's ledger counts. */
export function nanoUpUsd(amount: Usd): Usd {
  return new Big(amount).round(NANO_DECIMALS, Big.roundUp).toFixed();
}

/** Negative, zero or positive, as `a` is below, equal to or above `b`. */
export function compareUsd(a: Usd, b: Usd): number {
  return parsed(a).cmp(parsed(b));
}

/** Every tool call compares what is spent with the same few limits. */
const MAX_PARSED = 256;
const PARSED = new Map<Usd, Big>();

function parsed(amount: Usd): Big {
  const known = PARSED.get(amount);
  if (known !== undefined) return known;
  const big = new Big(amount);
  if (PARSED.size >= MAX_PARSED) PARSED.clear();
  PARSED.set(amount, big);
  return big;
}
