import { type PricedName, type PriceEntry, settledRates } from '@tollgate/contract';

/** The last moment that the store's times can say, for what has no end. */
const NEVER = '2262-01-01 00:00:00';

/** A row of `price_book`: a name as calls send it, and everything that it costs, in the order in which prices apply. */
export function priceBookRow({ provider, model, priced, entries }: PricedName): Record<string, unknown> {
  return {
    provider,
    model,
    priced_provider: priced.provider,
    priced_model: priced.model,
    entries: entries.map(({ price_id, price_version, workflow, service_tier, above, rates, ...entry }) => ({
      ...{ price_id, price_version, workflow, service_tier, above },
      valid_from: storeTime(entry.valid_from),
      valid_until: entry.valid_until === null ? NEVER : storeTime(entry.valid_until),
      daily_from: entry.daily.from,
      daily_until: entry.daily.until,
      ...settledRates(rates),
    })),
  };
}

/** A row of `price_entries`: one price, for good. */
export function priceEntryRow({
  rates,
  daily,
  valid_from,
  valid_until,
  ...entry
}: PriceEntry): Record<string, unknown> {
  return {
    ...entry,
    ...rates,
    valid_from: storeTime(valid_from),
    valid_until: valid_until === null ? null : storeTime(valid_until),
    daily_from: daily.from,
    daily_until: daily.until,
  };
}

const storeTime = (iso: string): string => new Date(iso).toISOString().replace('T', ' ').replace('Z', '');
