import Big from 'big.js';
import type { Usage } from '../evidence/record.ts';
import type { Usd } from '../money.ts';
import { areUsable, type RateKind, settledRates, type TokenPrices } from './rates.ts';

/** One line of a call's bill. The amounts of all lines are the cost, to the last decimal. */
export interface CostLine {
  readonly kind: RateKind;
  readonly tokens: number;
  /** The price that was used, which for cached tokens may be that of input. */
  readonly usd_per_token: Usd;
  readonly usd: Usd;
}

/** Why a call has no cost. */
export type UnpricedReason = 'no_usage' | 'no_price' | 'no_tier_price' | 'unreadable_usage';

export type Pricing =
  | { readonly kind: 'priced'; readonly usd: Usd; readonly lines: readonly CostLine[] }
  | { readonly kind: 'unpriced'; readonly reason: UnpricedReason };

/** No model call has more, as it is reported; the store bounds counts by the same number, so that its decimals cannot wrap. */
const MAX_TOKENS = 1_000_000_000;
/** Input once it is normalised: a report may leave out what was read from and written to a cache. */
const MAX_INPUT = 3 * MAX_TOKENS;

/**
 * The cost of one model call, line by line. Input is charged without what of it was read from or written to a cache, and
 * output without reasoning where that has a price of its own; `settledRates` says what each costs. Unknown is not zero
 * (invariant 8): without usage, or without a price that is needed, the call is unpriced.
 */
export function priceCall(usage: Usage, prices: TokenPrices | undefined): Pricing {
  if (!isReadable(usage)) return unpriced('unreadable_usage');
  if (usage.input_tokens === undefined || (usage.output_tokens === undefined && prices?.output !== null))
    return unpriced('no_usage');
  if (prices === undefined || !areUsable(prices)) return unpriced('no_price');
  const lines: CostLine[] = [];
  let sum = new Big(0);
  for (const [kind, tokens, price] of shares(usage, prices)) {
    if (tokens === 0) continue;
    if (price === null) return unpriced('no_price');
    const amount = new Big(price).times(tokens);
    lines.push({ kind, tokens, usd_per_token: price, usd: amount.toFixed() });
    sum = sum.plus(amount);
  }
  return { kind: 'priced', usd: sum.toFixed(), lines };
}

/**
 * All tokens that went in, which is what a long context is measured by. More cached than input: the report excludes what
 * was cached from its input.
 */
export function inputTotal(usage: Usage): number {
  const { input_tokens: input = 0 } = usage;
  const cached = (usage.cache_read_tokens ?? 0) + cacheWrites(usage);
  return cached > input ? input + cached : input;
}

type Share = readonly [kind: RateKind, tokens: number, price: Usd | null];

function shares(usage: Usage, prices: TokenPrices): readonly Share[] {
  const rates = settledRates(prices);
  const read = usage.cache_read_tokens ?? 0;
  const hourly = usage.cache_creation_1h_tokens ?? 0;
  const writes = cacheWrites(usage);
  const { output_tokens: output = 0 } = usage;
  const isApart = prices.reasoning !== undefined && prices.reasoning !== null;
  const thought = isApart ? Math.min(usage.reasoning_tokens ?? 0, output) : 0;
  return [
    ['input', inputTotal(usage) - read - writes, rates.input],
    ['cache_read', read, rates.cache_read],
    ['cache_creation', writes - hourly, rates.cache_creation],
    ['cache_creation_1h', hourly, rates.cache_creation_1h],
    ['output', output - thought, rates.output],
    ['reasoning', thought, rates.reasoning],
  ];
}

/** Writes of an hour are part of all writes; a report that has only the former has no others. */
function cacheWrites({
  cache_creation_tokens: all = 0,
  cache_creation_1h_tokens: hourly = 0,
}: Usage): number {
  return Math.max(all, hourly);
}

function isReadable({ input_tokens, ...others }: Usage): boolean {
  return (
    isCount(input_tokens, MAX_INPUT) && Object.values(others).every((tokens) => isCount(tokens, MAX_TOKENS))
  );
}

function isCount(tokens: number | undefined, most: number): boolean {
  return tokens === undefined || (Number.isSafeInteger(tokens) && tokens >= 0 && tokens <= most);
}

const unpriced = (reason: UnpricedReason): Pricing => ({ kind: 'unpriced', reason });
