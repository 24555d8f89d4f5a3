import type { ClickHouseClient } from '@clickhouse/client';

/** US dollars a token, as decimals. */
export const TEST_PRICE = { input: '0.0000025', output: '0.00001', cache_read: '0.00000125' } as const;

/** Prices models of `openai`, each under its own name, from 2024 on. */
export async function setPrices(service: ClickHouseClient, models: readonly string[]): Promise<void> {
  const prices = models.map((model) => ({
    provider: 'openai',
    model,
    valid_from: '2024-01-01 00:00:00',
    ...TEST_PRICE,
    cache_creation: null,
    price_version: 'test',
  }));
  const names = models.map((model) => ({
    provider: 'openai',
    model,
    priced_provider: 'openai',
    priced_model: model,
  }));
  await service.insert({ table: 'model_prices', values: prices, format: 'JSONEachRow' });
  await service.insert({ table: 'model_names', values: names, format: 'JSONEachRow' });
}
