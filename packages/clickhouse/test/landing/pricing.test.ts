import { randomUUID } from 'node:crypto';
import { entryFor, inputTotal, type PriceEntry, priceCall, priceEntry, type Usage } from '@tollgate/contract';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClickHouse } from '../../src/index.ts';
import { startTestClickHouse } from '../../src/testing.ts';
import { ask, land, START } from '../support/landing.ts';
import { PRICES, type Report, report, seedPrices, setPrice } from '../support/model-call.ts';

const ATTRIBUTES: Readonly<Record<keyof Usage, string>> = {
  input_tokens: 'gen_ai.usage.input_tokens',
  output_tokens: 'gen_ai.usage.output_tokens',
  cache_read_tokens: 'gen_ai.usage.cache_read.input_tokens',
  cache_creation_tokens: 'gen_ai.usage.cache_creation.input_tokens',
  cache_creation_1h_tokens: 'tollgate.usage.cache_creation_1h_tokens',
  reasoning_tokens: 'gen_ai.usage.reasoning.output_tokens',
};

type Priced = { cost: string | null; cost_source: string; unpriced_reason: string; usage_note: string };
const HOUR = 3_600_000;

/** Usage as anybody may send it: any count missing, any relation between them. */
const count = fc.option(fc.oneof(fc.nat({ max: 1000 }), fc.nat({ max: 1_000_000_000 })), { nil: undefined });
const usage = fc.record({
  input_tokens: count,
  output_tokens: count,
  cache_read_tokens: count,
  cache_creation_tokens: count,
  cache_creation_1h_tokens: count,
  reasoning_tokens: count,
});
const rate = fc
  .nat({ max: 1_000_000_000 })
  .map((nano) => (nano === 1_000_000_000 ? '1' : `0.${String(nano).padStart(9, '0')}`));
const orNone = fc.option(rate);
const second = fc.constantFrom(0, 3600, 12 * 3600, 16 * 3600 + 1800, 86_399);
const moment = fc
  .integer({ min: -2, max: 50 })
  .map((hours) => new Date(Number(START / 1_000_000n) + hours * HOUR));
const entry = fc
  .record({
    workflow: fc.constantFrom('', '', 'triage', 'other'),
    service_tier: fc.constantFrom('', '', 'batch', 'flex'),
    valid_from: fc.oneof(fc.constant('1970-01-01T00:00:00.000Z'), moment.map(iso)),
    valid_until: fc.oneof(fc.constant(null), moment.map(iso)),
    daily: fc.oneof(fc.constant({ from: 0, until: 0 }), fc.record({ from: second, until: second })),
    above: fc.constantFrom(-1, -1, 0, 500, 200_000),
    rates: fc.record({
      input: rate,
      output: orNone,
      cache_read: orNone,
      cache_creation: orNone,
      cache_creation_1h: orNone,
      reasoning: orNone,
    }),
  })
  .map((fields) => priceEntry({ priced: 'acme/any', price_version: 'test/1', origin: 'list', ...fields }));
const call = fc.record({
  counts: usage,
  workflow: fc.constantFrom('triage', 'billing'),
  tier: fc.constantFrom('', 'default', 'batch', 'FLEX', 'priority'),
  at: fc.integer({ min: 0, max: 48 * HOUR }),
});

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

  it('is what the contract computes, for any usage at any prices: dates, hours, tiers, lengths, workflows', async () => {
    const reasons = new Set<string>();
    const model = fc.record({
      entries: fc.array(entry, { minLength: 1, maxLength: 8 }),
      calls: fc.array(call, { minLength: 40, maxLength: 80 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(model, { minLength: 6, maxLength: 9 }), async (models) => {
        const named = models.map((each) => ({ ...each, name: `any-${randomUUID()}` }));
        await Promise.all(named.map(({ name, entries }) => setPrice(store, name, entries)));
        const cases = named.flatMap(({ name, entries, calls }) =>
          calls.map((each) => ({ ...each, name, entries, run: randomUUID(), counts: given(each.counts) })),
        );
        await land(store, cases.map(reportOf));
        const rows = await ask<{ run: string; cost: string | null; reason: string; price_id: string }>(
          store.clients.reader,
          `SELECT toString(run_id) AS run, toString(cost) AS cost, unpriced_reason AS reason, price_id FROM model_calls
           WHERE model IN {names:Array(String)}`,
          { names: named.map(({ name }) => name) },
        );
        const stored = new Map(rows.map(({ run, ...row }) => [run, row]));
        for (const { run, entries, ...each } of cases) {
          const expected = expectedOf(entries, each);
          reasons.add(expected.reason);
          expect(stored.get(run), JSON.stringify({ each, entries })).toEqual(expected);
        }
      }),
      { numRuns: 5, endOnFailure: true },
    );
    expect([...reasons].sort()).toEqual(['', 'no_price', 'no_tier_price', 'no_usage']);
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

  it('is the provider’s where it reported one, within bounds, and the local one is kept beside it', async () => {
    const cost = async (usd: string) => {
      const run = randomUUID();
      const attributes = { 'tollgate.cost.usd': usd, 'tollgate.cost.source': 'provider' };
      await land(store, [report({ run, attributes })]);
      const [only] = await ask(
        store.clients.reader,
        `SELECT cost, cost_source, price_version, provider_cost, local_cost, local_price_version, cost_note FROM model_calls
         WHERE run_id = {run:UUID}`,
        { run },
      );
      return only;
    };
    const local = { local_cost: '0.0002', local_price_version: 'test/1' };
    expect(await cost('0.25')).toEqual({
      ...{ cost: '0.25', cost_source: 'provider', price_version: '', provider_cost: '0.25' },
      ...{ ...local, cost_note: '' },
    });
    for (const bad of ['-1', '1e9', '9999999999', '0.1234567890123456', 'NaN'])
      expect(await cost(bad)).toEqual({
        ...{ cost: '0.0002', cost_source: 'local', price_version: 'test/1', provider_cost: null },
        ...{ ...local, cost_note: 'unreadable' },
      });
  });

  it('is not the provider’s when the span does not say that the provider reported it', async () => {
    for (const source of ['local', '', 'agent']) {
      const attributes = { 'tollgate.cost.usd': '0.000001', 'tollgate.cost.source': source };
      expect(await price({ attributes })).toMatchObject({ cost: '0.0002', cost_source: 'local' });
    }
  });

  it('cannot be nonsense: what would wrap does not get into the book', async () => {
    const absurd = (input: string) => setPrice(store, 'absurd', [{ rates: { ...PRICES, input } }]);
    await expect(absurd('99999999999999999999')).rejects.toThrow();
    // The dearest that the store's type holds, for the most tokens that a report can have: exact, far from wrapping.
    await setPrice(store, 'absurd', [
      { rates: { ...PRICES, input: '999.999999999999999', output: '999.999999999999999' } },
    ]);
    const attributes = { 'gen_ai.request.model': 'absurd' };
    const priced = await price({ input: '1000000000', output: '1000000000', attributes });
    expect(priced?.cost).toBe('1999999999999.999998');
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

  it('is the one in force at the start of the call, to the nanosecond', async () => {
    const rates = (input: string) => ({ rates: { ...PRICES, input, output: '0' } });
    await setPrice(store, 'dated', [
      { ...rates('0.02'), valid_from: '2026-01-15T12:00:00.050Z' },
      rates('0.01'),
    ]);
    const attributes = { 'gen_ai.request.model': 'dated' };
    expect(await price({ at: 49, attributes })).toMatchObject({ cost: '1' });
    expect(await price({ at: 50, attributes })).toMatchObject({ cost: '2' });
  });

  it('is added later, beside a row that stays as it was, and every price stays visible', async () => {
    const run = randomUUID();
    await land(store, [report({ run, attributes: { 'gen_ai.request.model': 'later' } })]);
    const reprice = (cost: string, version: string) =>
      store.clients.service.command({
        query: `INSERT INTO model_call_repricings (run_id, trace_id, span_id, span_hash, cost, price_version, price_id, repriced_by)
                SELECT run_id, trace_id, span_id, span_hash, toDecimal128({cost:String}, 15), {version:String}, 'x', 'dana@example.org'
                FROM model_calls WHERE run_id = {run:UUID}`,
        query_params: { run, cost, version },
      });
    const read = (table: string, columns = 'cost, price_version') =>
      ask(store.clients.reader, `SELECT ${columns} FROM ${table} WHERE run_id = {run:UUID}`, { run });
    expect(await read('counted_model_calls', 'cost, unpriced_reason')).toEqual([
      { cost: null, unpriced_reason: 'no_price' },
    ]);
    await reprice('0.5', 'test/3');
    expect(await read('counted_model_calls')).toEqual([{ cost: '0.5', price_version: 'test/3' }]);
    await reprice('0.4', 'test/4');
    expect(await read('counted_model_calls', 'cost, price_version, unpriced_reason')).toEqual([
      { cost: '0.4', price_version: 'test/4', unpriced_reason: '' },
    ]);
    await reprice('0.5', 'test/3');
    expect(await read('counted_model_calls')).toEqual([{ cost: '0.5', price_version: 'test/3' }]);
    expect(await read('model_calls')).toEqual([{ cost: null, price_version: '' }]);
    const prices = await read('model_call_prices', 'cost, price_version, priced_by, in_force');
    expect(prices).toHaveLength(3);
    expect(prices).toEqual(
      expect.arrayContaining([
        { cost: null, price_version: '', priced_by: '', in_force: 0 },
        { cost: '0.5', price_version: 'test/3', priced_by: 'dana@example.org', in_force: 1 },
        { cost: '0.4', price_version: 'test/4', priced_by: 'dana@example.org', in_force: 0 },
      ]),
    );
  });

  it('is the provider’s still, when a repricing renews the local one beside it', async () => {
    const run = randomUUID();
    const attributes = { 'tollgate.cost.usd': '0.25', 'tollgate.cost.source': 'provider' };
    await land(store, [report({ run, attributes })]);
    await store.clients.service.command({
      query: `INSERT INTO model_call_repricings (run_id, trace_id, span_id, span_hash, cost, price_version, price_id)
              SELECT run_id, trace_id, span_id, span_hash, toDecimal128('0.3', 15), 'test/3', 'x' FROM model_calls WHERE run_id = {run:UUID}`,
      query_params: { run },
    });
    const [only] = await ask(
      store.clients.reader,
      `SELECT cost, cost_source, price_version, provider_cost, local_cost, local_price_version FROM counted_model_calls
       WHERE run_id = {run:UUID}`,
      { run },
    );
    expect(only).toEqual({
      ...{ cost: '0.25', cost_source: 'provider', price_version: '' },
      ...{ provider_cost: '0.25', local_cost: '0.3', local_price_version: 'test/3' },
    });
  });
});

type Case = { run: string; name: string; counts: Usage; workflow: string; tier: string; at: number };

function reportOf({ run, name, counts, workflow, tier, at }: Case) {
  const attributes = {
    ...attributesOf(counts),
    'gen_ai.request.model': name,
    'tollgate.workflow': workflow,
    'openai.response.service_tier': tier,
  };
  return report({ run, at, input: '', output: '', attributes });
}

function expectedOf(
  entries: readonly PriceEntry[],
  { counts, workflow, tier, at }: Omit<Case, 'run'>,
): { cost: string | null; reason: string; price_id: string } {
  const service_tier = tier === 'default' ? '' : tier.toLowerCase();
  const time = new Date(Number(START / 1_000_000n) + at).toISOString();
  const found = entryFor(entries, { workflow, service_tier, at: time, input_tokens: inputTotal(counts) });
  const pricing = priceCall(counts, found?.rates);
  if (pricing.kind === 'priced') return { cost: pricing.usd, reason: '', price_id: found?.price_id ?? '' };
  const isTierUnknown = found === undefined && entries.every((each) => each.service_tier !== service_tier);
  // Whether usage is missing is asked first; where there is a price, also whether it needs an output.
  const noUsage = counts.input_tokens === undefined || (found !== undefined && pricing.reason === 'no_usage');
  const reason = noUsage ? 'no_usage' : isTierUnknown ? 'no_tier_price' : 'no_price';
  return { cost: null, reason, price_id: '' };
}

function iso(time: Date): string {
  return time.toISOString();
}

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
