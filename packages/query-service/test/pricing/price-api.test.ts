import type { ClickHouse } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { PRICE_VERSION } from '@tollgate/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { seedPrices } from '../../src/pricing/worker.ts';
import { collect, span } from '../flags/agent.ts';
import { startService, type TestService } from '../support/service.ts';

const RUN = '0198c3a0-0000-7000-8000-0000000000c1';
const TRACE = 'c'.repeat(32);

let clickhouse: ClickHouse;
let service: TestService;
let admin: string;
let owner: string;
let stranger: string;
beforeAll(async () => {
  clickhouse = await startTestClickHouse();
  const { reader, service: writer } = clickhouse.clients;
  service = await startService({ store: { reader, service: writer }, background: [] });
  admin = await service.person('ada@example.com', ['admin'], ['*']);
  owner = await service.person('olga@example.com', ['owner'], ['ops']);
  stranger = await service.person('stan@example.com', ['owner'], ['elsewhere']);
  // Its principal sends the calls, so that they are of `ops`.
  await service.key('ops');
  await seedPrices({ store: { reader, service: writer } });
});
afterAll(async () => {
  await service?.close();
  await clickhouse?.close();
});

const get = async (path: string, token = admin) => service.call(token, 'GET', path);
const load = (kind: 'list' | 'price_file', document: string, token = admin) =>
  service.call(token, 'POST', '/v1/prices/lists', { kind, document });
/** Records of the service, as they leave it. */
async function recordsOf(kind: string): Promise<Record<string, unknown>[]> {
  const rows = await service.service.control.db
    .selectFrom('evidence_outbox')
    .select('row')
    .where('table_name', '=', 'service_records')
    .orderBy('position')
    .execute();
  return rows
    .map(({ row }) => JSON.parse(JSON.parse(row).record) as Record<string, unknown>)
    .filter((record) => record['kind'] === kind);
}
const file = (prices: string) => `schema: tollgate.prices/1\nname: acme\nprices:\n${prices}`;

/** Two reports of one call: the provider's own instrumentation, and a framework's around it. */
async function storeCall(span_id: string, outer: string, attributes: Record<string, string> = {}) {
  const at = BigInt(Date.UTC(2026, 10, 20)) * 1_000_000n;
  const chat = {
    'tollgate.run.id': RUN,
    'tollgate.workflow': 'triage',
    'tollgate.team': 'ops',
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-4o-2024-08-06',
    'gen_ai.usage.input_tokens': '1000',
    'gen_ai.usage.cache_read.input_tokens': '400',
    'gen_ai.usage.output_tokens': '100',
    'gen_ai.response.id': `resp-${span_id}`,
    ...attributes,
  };
  const of = (id: string, scope: string, start: bigint, duration: bigint) =>
    span({ name: 'chat', trace_id: TRACE, span_id: id, attributes: chat, scope, start, duration });
  await collect(clickhouse, [of(span_id, 'sdk', at + 1000n, 1000n), of(outer, 'framework', at, 4000n)]);
}

describe('the price book', () => {
  test('lists what models cost at a date, page by page, each model once', async () => {
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await get(`/v1/prices?provider=openai&at=2026-11-01T00:00:00Z&limit=40${cursor}`);
      const { items, next_cursor } = body as { items: { model: string }[]; next_cursor: string | null };
      seen.push(...items.map(({ model }) => model));
      cursor = next_cursor === null ? '' : `&cursor=${next_cursor}`;
    } while (cursor !== '');
    expect(seen).toEqual(seen.toSorted());
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toContain('gpt-4o');
    const { body } = await get('/v1/prices?provider=openai&model=O3&at=2025-06-01T00:00:00Z');
    const o3 = (body['items'] as { model: string; prices: { usd_per_token: { input: string } }[] }[]).find(
      ({ model }) => model === 'o3',
    );
    expect(o3?.prices[0]?.usd_per_token.input).toBe('0.00001');
  });

  test('explains any usage line by line, and says of what is unknown that it is', async () => {
    const { status, body } = await get(
      '/v1/prices/explain?provider=anthropic&model=claude-sonnet-4-5&at=2026-01-01T00:00:00Z&input_tokens=250000&output_tokens=10&cache_creation_tokens=1000&cache_creation_1h_tokens=400',
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({
      stands_for: 'anthropic/claude-sonnet-4-5',
      price: { above_input_tokens: 200_000, price_version: PRICE_VERSION, origin: 'list' },
      lines: [
        { kind: 'input', tokens: 249_000, usd_per_token: '0.000006', usd: '1.494' },
        { kind: 'cache_creation', tokens: 600, usd: '0.0045' },
        { kind: 'cache_creation_1h', tokens: 400, usd: '0.0048' },
        { kind: 'output', tokens: 10, usd: '0.000225' },
      ],
      local_usd: '1.503525',
      unpriced_reason: '',
    });
    const unknown = await get(
      '/v1/prices/explain?provider=openai&model=gpt-5&service_tier=priority&input_tokens=1&output_tokens=1',
    );
    expect(unknown.body).toMatchObject({ local_usd: null, price: null, unpriced_reason: 'no_tier_price' });
    const stranger_ = await get('/v1/prices/explain?provider=acme&model=x&input_tokens=1&output_tokens=1');
    expect(stranger_.body).toMatchObject({ stands_for: null, local_usd: null, unpriced_reason: 'no_price' });
    expect((await get('/v1/prices/explain?provider=acme')).status).toBe(400);
  });
});

describe('a stored call', () => {
  beforeEach(async () => {
    await load('price_file', 'schema: tollgate.prices/1');
  });

  test('is explained by the price that it carries, with every report, which of them counts and why', async () => {
    await storeCall('a1'.padEnd(16, '0'), 'a2'.padEnd(16, '0'));
    const { body } = await get(`/v1/prices/explain?run_id=${RUN}&span_id=${'a1'.padEnd(16, '0')}`, owner);
    expect(body).toMatchObject({
      stands_for: 'openai/gpt-4o',
      workflow: 'triage',
      lines: [
        { kind: 'input', tokens: 600, usd: '0.0015' },
        { kind: 'cache_read', tokens: 400, usd: '0.0005' },
        { kind: 'output', tokens: 100, usd: '0.001' },
      ],
      local_usd: '0.003',
    });
    const { stored } = body as {
      stored: { report: { local_cost_usd: string }; reports: { counted: boolean; why: string }[] };
    };
    expect(stored.report.local_cost_usd).toBe('0.003');
    expect(stored.reports).toHaveLength(2);
    expect(stored.reports.filter(({ counted }) => counted)).toHaveLength(1);
    expect(stored.reports.every(({ why }) => why !== '')).toBe(true);
    const asStranger = await get(
      `/v1/prices/explain?run_id=${RUN}&span_id=${'a1'.padEnd(16, '0')}`,
      stranger,
    );
    expect(asStranger.status).toBe(404);
    expect((await get(`/v1/prices/explain?run_id=${RUN}&span_id=${'9'.repeat(16)}`)).status).toBe(404);
  });

  test('a provider’s own cost counts, and the local one stays beside it, in evidence as well', async () => {
    const span_id = 'b1'.padEnd(16, '0');
    const cost = { 'tollgate.cost.usd': '0.0042', 'tollgate.cost.source': 'provider' };
    await storeCall(span_id, 'b2'.padEnd(16, '0'), cost);
    const { body } = await get(`/v1/runs/${RUN}/evidence`, owner);
    const calls = (body['model_calls'] as { span_id: string }[]).filter((call) => call.span_id === span_id);
    expect(calls).toMatchObject([
      { cost_usd: '0.0042', cost_source: 'provider', provider_cost_usd: '0.0042', local_cost_usd: '0.003' },
    ]);
    const explained = await get(`/v1/prices/explain?run_id=${RUN}&span_id=${span_id}`);
    expect(explained.body).toMatchObject({
      local_usd: '0.003',
      stored: {
        prices: [
          { cost_source: 'provider', cost_usd: '0.0042', in_force: true },
          { cost_source: 'local', cost_usd: '0.003', in_force: false },
        ],
      },
    });
  });

  test('a price file changes what comes, and by command what came; what was is kept', async () => {
    const span_id = 'd1'.padEnd(16, '0');
    await storeCall(span_id, 'd2'.padEnd(16, '0'));
    const loaded = await load(
      'price_file',
      file(
        '  - { provider: openai, model: gpt-4o, workflows: [triage], usd_per_million: { input: 1, output: 4, cache_read: 0.5 } }',
      ),
    );
    expect(loaded.status).toBe(201);
    const { before, after } = loaded.body as { before: string[]; after: string[] };
    expect(before[0]).toBe(PRICE_VERSION);
    expect(after[1]).toMatch(/^acme\/[0-9a-f]{12}$/);
    const explain = async () => (await get(`/v1/prices/explain?run_id=${RUN}&span_id=${span_id}`)).body;
    expect(await explain()).toMatchObject({ local_usd: '0.003' });

    // What came after the file is priced by it at insert.
    await storeCall('d3'.padEnd(16, '0'), 'd4'.padEnd(16, '0'));
    const fresh = await get(`/v1/prices/explain?run_id=${RUN}&span_id=${'d3'.padEnd(16, '0')}`);
    expect(fresh.body).toMatchObject({
      local_usd: '0.0012',
      price: { origin: 'override', workflow: 'triage' },
    });

    const reprice = (superseded: boolean) =>
      service.call(admin, 'POST', '/v1/prices/reprice', { superseded, workflow: 'triage' });
    expect((await reprice(false)).body).toMatchObject({ repriced: 0, next_cursor: null });
    // The list that priced the call is in force still, and another price comes before its own.
    expect((await reprice(true)).body).toMatchObject({ repriced: 6, looked_at: 6 });
    expect(await explain()).toMatchObject({ local_usd: '0.0012', price: { origin: 'override' } });
    expect((await reprice(true)).body).toMatchObject({ repriced: 0 });
    await load(
      'price_file',
      file('  - { provider: openai, model: gpt-4o, usd_per_million: { input: 3, output: 4 } }'),
    );
    expect((await reprice(true)).body).toMatchObject({ repriced: 8, looked_at: 8 });
    const again = await get(`/v1/prices/explain?run_id=${RUN}&span_id=${'d3'.padEnd(16, '0')}`);
    // Without a price of their own, cached reads cost as input.
    expect(again.body).toMatchObject({ local_usd: '0.0034' });
    const { stored } = again.body as { stored: { prices: object[] } };
    expect(stored.prices).toMatchObject([
      { cost_usd: '0.0034', in_force: true, priced_by: 'ada@example.com' },
      { cost_usd: '0.0012', in_force: false, priced_by: '' },
    ]);
    expect((await reprice(true)).body).toMatchObject({ repriced: 0 });
  });

  test('a price that a call had before and gets again is one more in its history', async () => {
    const span_id = 'd5'.padEnd(16, '0');
    const priceOf = (input: number) =>
      load(
        'price_file',
        file(`  - { provider: openai, model: gpt-4o, usd_per_million: { input: ${input}, output: 4 } }`),
      );
    const reprice = () =>
      service.call(admin, 'POST', '/v1/prices/reprice', { superseded: true, workflow: 'triage' });
    await priceOf(1);
    await storeCall(span_id, 'd6'.padEnd(16, '0'));
    for (const input of [2, 1, 2, 1]) {
      await priceOf(input);
      await reprice();
    }
    const { body } = await get(`/v1/prices/explain?run_id=${RUN}&span_id=${span_id}`);
    const { stored } = body as { stored: { prices: { cost_usd: string; in_force: boolean }[] } };
    expect(stored.prices.map(({ cost_usd, in_force }) => [cost_usd, in_force])).toEqual([
      ['0.0014', true],
      ['0.0024', false],
      ['0.0014', false],
      ['0.0024', false],
      ['0.0014', false],
    ]);
  });

  test('a price file that is wrong is refused by line, and changes nothing', async () => {
    const before = (await get('/v1/prices?limit=1')).body['versions'];
    const { status, body } = await load(
      'price_file',
      file('  - { provider: openai, model: gpt-4o, usd_per_millon: 1 }'),
    );
    expect(status).toBe(400);
    expect(body).toMatchObject({
      error: { issues: [{ line: 4, message: expect.stringContaining('did you mean') }] },
    });
    expect((await load('list', '{}')).status).toBe(400);
    const forEver =
      '  - { provider: openai, model: gpt-4o, until: 9999-12-31, usd_per_million: { input: 1 } }';
    expect((await load('price_file', file(forEver))).status).toBe(400);
    expect((await get('/v1/prices?limit=1')).body['versions']).toEqual(before);
  });

  test('negotiated prices of a workflow are shown to its team alone', async () => {
    await load(
      'price_file',
      file(
        '  - { provider: openai, model: gpt-4o, workflows: [triage], usd_per_million: { input: 1, output: 4 } }',
      ),
    );
    const workflows = async (token: string) => {
      const { body } = await get('/v1/prices?provider=openai&model=gpt-4o', token);
      const items = body['items'] as { prices: { workflow: string }[] }[];
      return items
        .flatMap(({ prices }) => prices.map(({ workflow }) => workflow))
        .filter((name) => name !== '');
    };
    expect(await workflows(admin)).toEqual(['triage']);
    expect(await workflows(stranger)).toEqual([]);
    expect((await get('/v1/prices/lists', owner)).status).toBe(403);
    const { body } = await get('/v1/prices/lists');
    const [newest] = body['items'] as { version: string }[];
    expect(newest).toMatchObject({ kind: 'price_file', loaded_by: 'ada@example.com' });
    const { version } = newest ?? {};
    expect((await recordsOf('prices_loaded')).at(-1)).toMatchObject({
      actor: 'ada@example.com',
      detail: { kind: 'price_file', version },
    });
  });

  test('who has calls repriced is on record, and a document that is not valid leaves none', async () => {
    const loaded = (await recordsOf('prices_loaded')).length;
    expect((await load('price_file', 'no: prices')).status).toBe(400);
    expect(await recordsOf('prices_loaded')).toHaveLength(loaded);
    const body = { superseded: true, workflow: 'triage' };
    expect((await service.call(admin, 'POST', '/v1/prices/reprice', body)).status).toBe(200);
    expect((await recordsOf('calls_repriced')).at(-1)).toMatchObject({
      actor: 'ada@example.com',
      detail: { ...body, versions: [PRICE_VERSION, expect.any(String)] },
    });
  });
});

test('a cost that the provider reported and nobody can read is said to be so, and listed, not left out', async () => {
  const span_id = '71'.padEnd(16, '0');
  const cost = { 'tollgate.cost.usd': '1e-7', 'tollgate.cost.source': 'provider' };
  await storeCall(span_id, '72'.padEnd(16, '0'), { ...cost, 'gen_ai.request.model': 'gpt-4o-2024-11-20' });
  const explained = await get(`/v1/prices/explain?run_id=${RUN}&span_id=${span_id}`);
  expect(explained.body).toMatchObject({
    local_usd: '0.003',
    stored: {
      report: { cost_usd: '0.003', cost_source: 'local', provider_cost_usd: null, cost_note: 'unreadable' },
    },
  });
  const evidence = (await get(`/v1/runs/${RUN}/evidence`)).body['model_calls'] as { cost_note: string }[];
  expect(evidence.filter(({ cost_note }) => cost_note === 'unreadable')).toHaveLength(2);
  const listed = { provider: 'openai', model: 'gpt-4o-2024-11-20', reports: 2 };
  expect((await get('/v1/prices/unpriced')).body['unread_costs']).toMatchObject([listed]);
  expect((await get('/v1/prices/unpriced', owner)).body['unread_costs']).toMatchObject([listed]);
  expect((await get('/v1/prices/unpriced', stranger)).body['unread_costs']).toEqual([]);
});

test('what stays unpriced is listed with its tokens', async () => {
  await storeCall('e1'.padEnd(16, '0'), 'e2'.padEnd(16, '0'), {
    'gen_ai.request.model': 'house-lm',
    'openai.response.service_tier': 'priority',
  });
  const { body } = await get('/v1/prices/unpriced');
  expect(body['items']).toMatchObject([
    {
      ...{ provider: 'openai', model: 'house-lm', reason: 'no_price', service_tier: 'priority' },
      ...{ calls: 1, input_tokens: 1000, output_tokens: 100 },
    },
  ]);
});

test('of a call whose usage cannot be read no bill is made up', async () => {
  const span_id = 'f1'.padEnd(16, '0');
  await storeCall(span_id, 'f2'.padEnd(16, '0'), { 'gen_ai.usage.cache_read.input_tokens': 'many' });
  const { body } = await get(`/v1/prices/explain?run_id=${RUN}&span_id=${span_id}`);
  expect(body).toMatchObject({ lines: [], local_usd: null, unpriced_reason: 'unreadable_usage' });
});
