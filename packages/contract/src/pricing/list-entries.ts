import type { ConditionalPrice, ModelInfo, ModelPrice, TieredPrices } from '@pydantic/genai-prices';
import { type PriceEntry, priceEntry } from './price-entry.ts';
import { perToken, scaled } from './rates.ts';
import { tierShares } from './service-tiers.ts';

type Constraint = ConditionalPrice['constraint'];
interface Priced {
  readonly provider: string;
  readonly price_version: string;
}

/**
 * The entries of a model of the list. The list's own order is kept, in which the last condition that holds decides; a long
 * context stands before the base that it replaces, and service tiers that are a share of these prices follow. Empty
 * where the list has only prices that tokens do not settle, such as those by the hour or the page.
 */
export function entriesOf(model: ModelInfo, { provider, price_version }: Priced): readonly PriceEntry[] {
  const conditional = Array.isArray(model.prices) ? model.prices : [{ prices: model.prices }];
  const about = { priced: `${provider}/${model.id}`, price_version, origin: 'list' } as const;
  const standard = conditional
    .toReversed()
    .flatMap(({ prices, constraint }) =>
      tiers(prices).map((above) =>
        priceEntry({ ...about, ...when(constraint), above, rates: ratesOf(prices, above) }),
      ),
    )
    .filter(({ rates }) => rates.input !== null);
  const shares = tierShares(provider).flatMap(([service_tier, share]) =>
    standard.map(({ rates, price_id: _, ...entry }) =>
      priceEntry({ ...entry, service_tier, rates: scaled(rates, share), note: `${share} × the list price` }),
    ),
  );
  return [...standard, ...shares];
}

function when(constraint: Constraint): Partial<PriceEntry> {
  if (constraint === undefined) return {};
  if (constraint.type === 'start_date') return { valid_from: `${constraint.start_date}T00:00:00.000Z` };
  return { daily: { from: secondOf(constraint.start_time), until: secondOf(constraint.end_time) } };
}

/** `16:30:00Z`. The list writes UTC; another offset would be one that is not understood. */
export const UTC_TIME = /^(\d{2}):(\d{2}):(\d{2})(?:\.\d+)?Z$/;

/** The second of the UTC day. */
function secondOf(time: string): number {
  const [, hours, minutes, seconds] = UTC_TIME.exec(time) ?? [];
  if (hours === undefined) throw new RangeError(`the price list has a time of day that is not UTC: ${time}`);
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

/** Where long contexts begin, the longest first, then the base. */
function tiers(prices: ModelPrice): readonly number[] {
  const starts = Object.values(prices).flatMap((price) =>
    isTiered(price) ? price.tiers.map(({ start }) => start) : [],
  );
  return [...[...new Set(starts)].sort((a, b) => b - a), -1];
}

function ratesOf(prices: ModelPrice, above: number): PriceEntry['rates'] {
  const rate = (key: string) => perToken(priceAbove(prices[key], above));
  return {
    input: rate('input_mtok'),
    output: rate('output_mtok'),
    cache_read: rate('cache_read_mtok'),
    cache_creation: rate('cache_write_mtok'),
    cache_creation_1h: rate('cache_write_1h_mtok'),
    reasoning: rate('output_reasoning_mtok'),
  };
}

function priceAbove(price: number | TieredPrices | undefined, above: number): number | undefined {
  if (!isTiered(price)) return price;
  return price.tiers
    .filter(({ start }) => start <= above)
    .reduce((highest, tier) => (tier.start > highest.start ? tier : highest), {
      start: -1,
      price: price.base,
    }).price;
}

const isTiered = (price: number | TieredPrices | undefined): price is TieredPrices =>
  typeof price === 'object';
