import type { ClickHouseClient } from '@clickhouse/client';
import { priceBookRow } from '@tollgate/clickhouse';
import { priceEntry } from '@tollgate/contract';

/** US dollars a token, as decimals; what has no price of its own is priced as input or output. */
const RATES = {
  ...{ input: '0.0000025', output: '0.00001', cache_read: '0.00000125' },
  ...{ cache_creation: null, cache_creation_1h: null, reasoning: null },
} as const;

/** Prices models of `openai`, each under its own name, from 2024 on. */
export async function setPrices(service: ClickHouseClient, models: readonly string[]): Promise<void> {
  const values = models.map((model) => {
    const priced = `openai/${model}`;
    const entry = priceEntry({ priced, rates: RATES, price_version: 'test', origin: 'list' });
    return priceBookRow({
      provider: 'openai',
      model,
      priced: { provider: 'openai', model },
      entries: [{ ...entry, valid_from: '2024-01-01T00:00:00.000Z' }],
    });
  });
  await service.insert({ table: 'price_book', values, format: 'JSONEachRow' });
}
