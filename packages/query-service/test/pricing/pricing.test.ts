import type { ClickHouse } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { addUsd, PRICE_VERSION, priceCall, pricesAt, resolveModel } from '@tollgate/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { COMMON_NAMES } from '../../src/pricing/common-names.ts';
import { priceNewNames, seedPrices } from '../../src/pricing/worker.ts';
import { collect, span } from '../flags/agent.ts';

let clickhouse: ClickHouse;
let deps: { store: { reader: ClickHouse['clients']['reader']; service: ClickHouse['clients']['service'] } };
beforeAll(async () => {
  clickhouse = await startTestClickHouse();
  const { reader, service } = clickhouse.clients;
  deps = { store: { reader, service } };
});
afterAll(() => clickhouse?.close());

const stock = (
  provider: string,
  model: string,
  tokens: { input: number; output: number },
  id: string,
  more: Record<string, string> = {},
) =>
  span({
    name: `chat ${model}`,
    span_id: id.padStart(16, '0'),
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': provider,
      'gen_ai.response.model': model,
      'gen_ai.usage.input_tokens': String(tokens.input),
      'gen_ai.usage.output_tokens': String(tokens.output),
      ...more,
    },
  });

async function calls(): Promise<
  Record<string, { cost: string | null; price_version: string; at_insert: boolean }>
> {
  const answer = await clickhouse.clients.reader.query({
    query: `SELECT lower(hex(c.span_id)) AS id, toString(c.cost) AS cost, c.price_version AS price_version,
              toBool(m.cost IS NOT NULL) AS at_insert
            FROM counted_model_calls AS c INNER JOIN model_calls AS m ON m.span_hash = c.span_hash`,
    format: 'JSONEachRow',
  });
  const rows = await answer.json<{
    id: string;
    cost: string | null;
    price_version: string;
    at_insert: boolean;
  }>();
  return Object.fromEntries(
    rows.map(({ id, cost, ...rest }) => [
      id.replace(/^0+/, ''),
      { cost: cost === null ? null : addUsd(cost), ...rest },
    ]),
  );
}

function expected(provider: string, model: string, input: number, output: number): string | undefined {
  const priced = resolveModel(provider, model);
  const pricing = priceCall(
    { input_tokens: input, output_tokens: output },
    priced && pricesAt(priced, new Date().toISOString()),
  );
  return pricing.kind === 'priced' ? pricing.usd : undefined;
}

test('a name that was unseen at insert is learned, its calls are repriced, and the next one is priced at insert', async () => {
  await collect(clickhouse, [
    stock('openai', 'gpt-4o-mini', { input: 1234, output: 567 }, 'a1'),
    stock('house', 'house-model', { input: 10, output: 5 }, 'a2'),
  ]);
  expect(await calls()).toMatchObject({ a1: { cost: null }, a2: { cost: null } });

  expect(await priceNewNames(deps, 0n)).toEqual({ learned: 1, repriced: 1 });
  const cost = expected('openai', 'gpt-4o-mini', 1234, 567);
  expect(cost).toBeDefined();
  // The insert-time cost stays what it was: the price lies beside it.
  expect(await calls()).toMatchObject({
    a1: { cost, price_version: PRICE_VERSION, at_insert: false },
    a2: { cost: null, price_version: '' },
  });

  await collect(clickhouse, [stock('openai', 'gpt-4o-mini', { input: 100, output: 100 }, 'a3')]);
  expect((await calls())['a3']).toMatchObject({
    cost: expected('openai', 'gpt-4o-mini', 100, 100),
    at_insert: true,
  });
});

test('a pass over what was priced before changes nothing', async () => {
  const before = await calls();
  expect(await priceNewNames(deps, 0n)).toEqual({ learned: 0, repriced: 0 });
  expect(await calls()).toEqual(before);
});

test('a call whose usage cannot be read gets no price later either', async () => {
  const cached = { 'gen_ai.usage.cache_read.input_tokens': '-900' };
  await collect(clickhouse, [stock('openai', 'gpt-4o-mini', { input: 1000, output: 100 }, 'd1', cached)]);
  expect(await calls()).toMatchObject({ d1: { cost: null } });
  expect(await priceNewNames(deps, 0n)).toEqual({ learned: 0, repriced: 0 });
  expect(await calls()).toMatchObject({ d1: { cost: null } });
});

test('a model whose prices the list has as floats costs the same at insert and when it is priced later', async () => {
  const model = 'google/gemini-2.5-flash-lite';
  await collect(clickhouse, [stock('openrouter', model, { input: 1000, output: 100 }, 'c1')]);
  expect(await priceNewNames(deps, 0n)).toEqual({ learned: 1, repriced: 1 });
  await collect(clickhouse, [stock('openrouter', model, { input: 1000, output: 100 }, 'c2')]);
  const cost = expected('openrouter', model, 1000, 100);
  expect(cost).toBeDefined();
  expect(await calls()).toMatchObject({ c1: { cost, at_insert: false }, c2: { cost, at_insert: true } });
});

test('a new name is learned however many there are that nobody knows', async () => {
  const unknown = Array.from({ length: 10_001 }, (_, index) =>
    stock('aaa', `nobody-${index}`, { input: 1, output: 1 }, `e${index.toString(16)}`),
  );
  await collect(clickhouse, [...unknown, stock('openai', 'gpt-4-0613', { input: 1000, output: 100 }, 'f1')]);
  expect(await priceNewNames(deps, 0n)).toEqual({ learned: 1, repriced: 1 });
});

test('common names are seeded once, and stock spans of them are priced at insert', async () => {
  expect(await seedPrices(deps)).toBe(COMMON_NAMES.length - 1);
  expect(await seedPrices(deps)).toBe(0);
  const names = COMMON_NAMES.filter((_, index) => index % 10 === 0);
  await collect(
    clickhouse,
    names.map(({ provider, model }, index) =>
      stock(provider, model, { input: 1000, output: 100 }, `b${index}`),
    ),
  );
  const stored = await calls();
  let priced = 0;
  for (const [index, { provider, model }] of names.entries()) {
    // An embedding that claims output has a token that nobody has a price for.
    const cost = expected(provider, model, 1000, 100) ?? null;
    if (cost !== null) priced += 1;
    expect([provider, model, stored[`b${index}`]]).toEqual([
      provider,
      model,
      { cost, price_version: cost === null ? '' : PRICE_VERSION, at_insert: cost !== null },
    ]);
  }
  expect(priced).toBeGreaterThan(names.length * 0.8);
});
