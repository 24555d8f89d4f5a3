import { type PriceEntry, priceEntry } from '@tollgate/contract';
import { type ClickHouse, priceBookRow } from '../../src/index.ts';
import { ask, type Row, row, START } from './landing.ts';

/** One report of a model call; times in milliseconds after START. */
export type Report = {
  run: string;
  scope?: string;
  id?: string;
  process?: string;
  principal?: string;
  at?: number;
  until?: number;
  input?: string;
  output?: string;
  attributes?: Record<string, string>;
};

export const MODEL = { provider: 'acme', model: 'acme-large-2026' } as const;

/** A chat span as an instrumentation library sends it. */
export function report(said: Report): Row {
  const { at = 0, until = at + 10, input = '100', output = '50' } = said;
  return row({
    Timestamp: (START + BigInt(at) * 1_000_000n).toString(),
    Duration: (BigInt(until - at) * 1_000_000n).toString(),
    SpanName: `chat ${MODEL.model}`,
    ScopeName: said.scope ?? 'sdk',
    ResourceAttributes: {
      'service.instance.id': said.process ?? 'p1',
      'tollgate.principal': said.principal ?? 'ci',
    },
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

/** Prices of the one model: 0.000001 a token in, 0.000002 out, cache reads a tenth, cache writes a quarter or twice as much. */
export const PRICES = {
  input: '0.000001',
  output: '0.000002',
  cache_read: '0.0000001',
  cache_creation: '0.00000125',
  cache_creation_1h: '0.000002',
  reasoning: null,
} as const;

/** What a report of 100 tokens in and 50 out costs at these prices. */
export const COST = '0.0002';

export const seedPrices = (store: Pick<ClickHouse, 'clients'>): Promise<void> =>
  setPrice(store, MODEL.model, [{ rates: PRICES }]);

type Said = Pick<PriceEntry, 'rates'> & Partial<PriceEntry>;

/** Makes these all the prices of a model of the one provider, as calls name it. */
export async function setPrice(
  { clients }: Pick<ClickHouse, 'clients'>,
  model: string,
  prices: readonly Said[],
): Promise<void> {
  const { provider } = MODEL;
  const entries = prices.map((said) =>
    priceEntry({ priced: `${provider}/${model}`, price_version: 'test/1', origin: 'list', ...said }),
  );
  const row = priceBookRow({ provider, model, priced: { provider, model }, entries });
  await clients.service.insert({ table: 'price_book', values: [row], format: 'JSONEachRow' });
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
