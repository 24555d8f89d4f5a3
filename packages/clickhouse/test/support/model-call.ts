import type { ClickHouse } from '../../src/index.ts';
import { ask, type Row, row, START } from './landing.ts';

/** One report of a model call; times in milliseconds after START. */
export type Report = {
  run: string;
  scope?: string;
  id?: string;
  process?: string;
  at?: number;
  until?: number;
  input?: string;
  output?: string;
  attributes?: Record<string, string>;
};

const MODEL = { provider: 'acme', model: 'acme-large-2026' } as const;

/** A chat span as an instrumentation library sends it. */
export function report(said: Report): Row {
  const { at = 0, until = at + 10, input = '100', output = '50' } = said;
  return row({
    Timestamp: (START + BigInt(at) * 1_000_000n).toString(),
    Duration: (BigInt(until - at) * 1_000_000n).toString(),
    SpanName: `chat ${MODEL.model}`,
    ScopeName: said.scope ?? 'sdk',
    ResourceAttributes: { 'service.instance.id': said.process ?? 'p1', 'tollgate.principal': 'ci' },
    SpanAttributes: {
      'tollgate.run.id': said.run,
      'tollgate.workflow': 'triage',
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': MODEL.provider,
      'gen_ai.request.model': MODEL.model,
      ...(said.id === undefined ? {} : { 'gen_ai.response.id': said.id }),
      ...(input === '' ? {} : { 'gen_ai.usage.input_tokens': input }),
      ...(output === '' ? {} : { 'gen_ai.usage.output_tokens': output }),
      ...said.attributes,
    },
  });
}

/** Prices of the one model: 0.000001 a token in, 0.000002 out, cache reads a tenth, cache writes a quarter more. */
export const PRICES = {
  input: '0.000001',
  output: '0.000002',
  cache_read: '0.0000001',
  cache_creation: '0.00000125',
} as const;

/** What a report of 100 tokens in and 50 out costs at these prices. */
export const COST = '0.0002';

export async function seedPrices({ clients }: Pick<ClickHouse, 'clients'>): Promise<void> {
  const insert = (table: string, values: readonly object[]) =>
    clients.service.insert({ table, values, format: 'JSONEachRow' });
  const { provider, model } = MODEL;
  await insert('model_prices', [
    { provider, model: 'large', valid_from: '1970-01-01 00:00:00', ...PRICES, price_version: 'test/1' },
  ]);
  await insert('model_names', [{ provider, model, priced_provider: provider, priced_model: 'large' }]);
}

export type Total = { calls: number; unpriced: number; cost: string };

/** What the one definition of a counted call says of a run. */
export async function totalOf({ clients }: Pick<ClickHouse, 'clients'>, run: string): Promise<Total> {
  const [total] = await ask<{ calls: string; unpriced: string; spent: string }>(
    clients.reader,
    `SELECT count() AS calls, countIf(cost IS NULL) AS unpriced,
            toString(sum(ifNull(cost, toDecimal128(0, 15)))) AS spent
     FROM counted_model_calls WHERE run_id = {run:UUID}`,
    { run },
  );
  return { calls: Number(total?.calls), unpriced: Number(total?.unpriced), cost: String(total?.spent) };
}
