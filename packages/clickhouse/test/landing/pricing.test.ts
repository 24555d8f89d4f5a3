import { randomUUID } from 'node:crypto';
import { priceCall, type Usage } from '@tollgate/contract';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClickHouse } from '../../src/index.ts';
import { startTestClickHouse } from '../../src/testing.ts';
import { ask, land } from '../support/landing.ts';
import { PRICES, type Report, report, seedPrices } from '../support/model-call.ts';

const ATTRIBUTES: Readonly<Record<keyof Usage, string>> = {
  input_tokens: 'gen_ai.usage.input_tokens',
  output_tokens: 'gen_ai.usage.output_tokens',
  cache_read_tokens: 'gen_ai.usage.cache_read.input_tokens',
  cache_creation_tokens: 'gen_ai.usage.cache_creation.input_tokens',
  reasoning_tokens: 'gen_ai.usage.reasoning.output_tokens',
};

type Priced = { cost: string | null; cost_source: string; unpriced_reason: string; usage_note: string };

describe('the price of a report', () => {
  let store: ClickHouse;
  beforeAll(async () => {
    store = await startTestClickHouse();
    await seedPrices(store);
  });
  afterAll(() => store.close());

  const price = async (said: Omit<Report, 'run'>): Promise<Priced | undefined> => {
    const run = randomUUID();
    await land(store, [report({ run, ...said })]);
    const [only] = await ask<Priced>(
      store.clients.reader,
      'SELECT cost, cost_source, unpriced_reason, usage_note FROM model_calls WHERE run_id = {run:UUID}',
      { run },
    );
    return only;
  };

  it('is what the contract computes, for any usage', async () => {
    const count = fc.option(fc.oneof(fc.nat({ max: 1000 }), fc.nat({ max: 1_000_000_000 })), {
      nil: undefined,
    });
    const usage = fc.record({
      input_tokens: count,
      output_tokens: count,
      cache_read_tokens: count,
      cache_creation_tokens: count,
      reasoning_tokens: count,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(usage, { minLength: 30, maxLength: 60 }), async (usages) => {
        const cases = usages.map((counts) => ({ run: randomUUID(), counts: given(counts) }));
        await land(
          store,
          cases.map(({ run, counts }) =>
            report({ run, input: '', output: '', attributes: attributesOf(counts) }),
          ),
        );
        const rows = await ask<{ run: string; cost: string | null }>(
          store.clients.reader,
          'SELECT toString(run_id) AS run, toString(cost) AS cost FROM model_calls WHERE run_id IN {runs:Array(UUID)}',
          { runs: cases.map(({ run }) => run) },
        );
        const stored = new Map(rows.map(({ run, cost }) => [run, cost]));
        for (const { run, counts } of cases) {
          const expected = priceCall(counts, PRICES);
          expect(stored.get(run), JSON.stringify(counts)).toBe(
            expected.kind === 'priced' ? expected.usd : null,
          );
        }
      }),
      { numRuns: 4 },
    );
  });

  it.each(['-1', '18446744073709551615', '1000000001', 'many', 'NaN', ' 5', '1e3'])(
    'is unknown, not zero and not wrapped, for an input of %s tokens',
    async (input) => {
      const priced = await price({ input });
      expect(priced).toMatchObject({ cost: null, cost_source: '' });
      expect(priced?.unpriced_reason).not.toBe('');
      expect(priced?.usage_note).not.toBe('');
    },
  );

  it('is unknown when a cached count cannot be read, since it would change the sum', async () => {
    const attributes = { 'gen_ai.usage.cache_read.input_tokens': '-5' };
    expect(await price({ attributes })).toMatchObject({ cost: null });
  });

  it('is unknown without usage, and without a price for the model, with the reason', async () => {
    expect(await price({ input: '', output: '' })).toMatchObject({ cost: null, unpriced_reason: 'no_usage' });
    const attributes = { 'gen_ai.request.model': 'nobody-knows' };
    expect(await price({ attributes })).toMatchObject({ cost: null, unpriced_reason: 'no_price' });
  });

  it('is the provider’s where it reported one, within bounds', async () => {
    const cost = (usd: string) =>
      price({ attributes: { 'tollgate.cost.usd': usd, 'tollgate.cost.source': 'provider' } });
    expect(await cost('0.25')).toMatchObject({ cost: '0.25', cost_source: 'provider' });
    for (const bad of ['-1', '1e9', '9999999999', '0.1234567890123456', 'NaN'])
      expect(await cost(bad)).toMatchObject({ cost: '0.0002', cost_source: 'local' });
  });

  it('is not the provider’s when the span does not say that the provider reported it', async () => {
    for (const source of ['local', '', 'agent']) {
      const attributes = { 'tollgate.cost.usd': '0.000001', 'tollgate.cost.source': source };
      expect(await price({ attributes })).toMatchObject({ cost: '0.0002', cost_source: 'local' });
    }
  });

  it('is unknown, and does not wrap, when a price list holds nonsense', async () => {
    const { provider, model } = { provider: 'acme', model: 'absurd' };
    await store.clients.service.insert({
      table: 'model_prices',
      values: [
        {
          provider,
          model,
          valid_from: '2020-01-01 00:00:00',
          input: '99999999999999999999',
          output: '1',
          price_version: 'test/1',
        },
      ],
      format: 'JSONEachRow',
    });
    await store.clients.service.insert({
      table: 'model_names',
      values: [{ provider, model, priced_provider: provider, priced_model: model }],
      format: 'JSONEachRow',
    });
    const attributes = { 'gen_ai.request.model': model };
    expect(await price({ input: '1000000000', attributes })).toMatchObject({
      cost: null,
      unpriced_reason: 'no_price',
    });
  });

  it('reads the old names, and OpenInference’s', async () => {
    const old = { 'gen_ai.usage.prompt_tokens': '100', 'gen_ai.usage.completion_tokens': '50' };
    expect(await price({ input: '', output: '', attributes: old })).toMatchObject({ cost: '0.0002' });
    const open = {
      'gen_ai.operation.name': '',
      'gen_ai.provider.name': '',
      'gen_ai.request.model': '',
      'openinference.span.kind': 'LLM',
      'llm.provider': 'acme',
      'llm.model_name': 'acme-large-2026',
      'llm.token_count.prompt': '100',
      'llm.token_count.completion': '50',
    };
    expect(await price({ input: '', output: '', attributes: open })).toMatchObject({ cost: '0.0002' });
  });

  it('is the one in force at the start of the call', async () => {
    const { provider, model } = { provider: 'acme', model: 'dated' };
    const since = (valid_from: string, input: string) => ({
      ...{ provider, model, valid_from, input, output: '0', price_version: 'test/1' },
    });
    await store.clients.service.insert({
      table: 'model_prices',
      values: [since('2020-01-01 00:00:00', '0.01'), since('2026-01-15 12:00:00.050000000', '0.02')],
      format: 'JSONEachRow',
    });
    await store.clients.service.insert({
      table: 'model_names',
      values: [{ provider, model: 'dated-1', priced_provider: provider, priced_model: model }],
      format: 'JSONEachRow',
    });
    const attributes = { 'gen_ai.request.model': 'dated-1' };
    expect(await price({ at: 49, attributes })).toMatchObject({ cost: '1' });
    expect(await price({ at: 50, attributes })).toMatchObject({ cost: '2' });
  });

  it('is added later, beside a row that stays as it was', async () => {
    const run = randomUUID();
    const attributes = { 'gen_ai.request.model': 'later' };
    await land(store, [report({ run, attributes })]);
    await store.clients.service.command({
      query: `INSERT INTO model_call_repricings (run_id, trace_id, span_id, span_hash, cost, price_version)
              SELECT run_id, trace_id, span_id, span_hash, toDecimal128('0.5', 15), 'test/3' FROM model_calls WHERE run_id = {run:UUID}`,
      query_params: { run },
    });
    const read = (table: string) =>
      ask(store.clients.reader, `SELECT cost, price_version FROM ${table} WHERE run_id = {run:UUID}`, {
        run,
      });
    expect(await read('counted_model_calls')).toEqual([{ cost: '0.5', price_version: 'test/3' }]);
    expect(await read('model_calls')).toEqual([{ cost: null, price_version: '' }]);
  });
});

function given(counts: { [name in keyof Usage]?: number | undefined }): Usage {
  return Object.fromEntries(Object.entries(counts).filter(([, value]) => value !== undefined));
}

function attributesOf(counts: Usage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(ATTRIBUTES).flatMap(([field, name]) => {
      const value = counts[field as keyof Usage];
      return value === undefined ? [] : [[name, String(value)]];
    }),
  );
}
