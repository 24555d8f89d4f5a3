import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PRICE_VERSION } from '@tollgate/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { connectApi } from '../../src/demo/api.ts';
import { waitUntil } from '../../src/demo/wait-until.ts';
import { type RunningSystem, startRunningSystem } from '../support/running-system.ts';
import { tollgate } from '../support/tollgate.ts';

const PRICE_FILE = `schema: tollgate.prices/1
name: acme
aliases:
  - { provider: azure, model: prod-chat, is: azure/gpt-4o }
prices:
  - { provider: openai, model: gpt-4o, usd_per_million: { input: 1, output: 4, cache_read: 0.5 } }
`;

describe('tollgate prices check', () => {
  test('accepts a price file, and names file, line and what to write of one that is wrong', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'tollgate-prices-'));
    const file = join(directory, 'prices.yaml');
    await writeFile(file, PRICE_FILE);
    expect((await tollgate(['prices', 'check', file])).stdout).toMatch(
      /1 prices, 1 aliases, version acme\/[0-9a-f]{12}/,
    );
    await writeFile(file, PRICE_FILE.replace('input: 1,', 'input: -1,'));
    const { code, stderr } = await tollgate(['prices', 'check', file]);
    expect(code).toBe(1);
    expect(stderr).toContain(`${file}:6:`);
    expect(stderr).toContain('prices[0].usd_per_million.input');
    await rm(directory, { recursive: true });
  });
});

describe('tollgate prices over a running system', () => {
  let system: RunningSystem;
  let directory: string;
  let call: { run_id: string; span_id: string };
  const prices = (...args: string[]) =>
    tollgate(['prices', ...args, '--url', system.serviceUrl], { TOLLGATE_TOKEN: system.admin.token });
  const json = async (...args: string[]) => JSON.parse((await prices(...args, '--json')).stdout);

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tollgate-prices-'));
    system = await startRunningSystem();
    call = await sendCall(system, 'gpt-4o-2024-08-06');
    await sendCall(system, 'house-lm');
  });
  afterAll(async () => {
    await system?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  test('list filters, and shows another date', async () => {
    const now = await prices('list', '--provider', 'openai', '--model', 'gpt-4o-mini');
    expect(now.code).toBe(0);
    expect(now.stdout).toMatch(/openai\/gpt-4o-mini\s/);
    expect(now.stdout).not.toContain('claude');
    expect(now.stdout).toContain(PRICE_VERSION);
    const then = await json('list', '--provider', 'openai', '--model', 'o3', '--at', '2025-06-01');
    const o3 = then.items.find(({ model }: { model: string }) => model === 'o3');
    expect(o3.prices[0].usd_per_token.input).toBe('0.00001');
  });

  test('explain gives a stored call line by line, and says which report counted and why', async () => {
    const { stdout } = await prices('explain', `${call.run_id}/${call.span_id}`);
    for (const words of [
      'stands for     openai/gpt-4o',
      'cache read',
      '0.003',
      'Counted: this report',
      'because the',
    ])
      expect(stdout).toContain(words);
    const answer = await json('explain', `${call.run_id}/${call.span_id}`);
    expect(answer).toMatchObject({ local_usd: '0.003', stored: { report: { counted: true } } });
  });

  test('explain works out any usage', async () => {
    const asked = ['explain', '--provider', 'openai', '--model', 'gpt-5', '--usage', 'input=1000,output=10'];
    expect(await json(...asked)).toMatchObject({ local_usd: '0.00135' });
    expect(await json(...asked, '--tier', 'batch')).toMatchObject({ local_usd: '0.000675' });
    const priority = await prices(...asked, '--tier', 'priority');
    expect(priority.stdout).toContain('Unpriced, which is not zero');
  });

  test('what cannot be asked is refused with what to write', async () => {
    for (const [args, words] of [
      [['explain', 'nonsense'], 'is not RUN_ID/SPAN_ID'],
      [['explain'], '--usage'],
      [['explain', '--provider', 'x', '--model', 'y', '--usage', 'tokens=1'], 'kind=tokens'],
      [['list', '--at', 'yesterday'], 'UTC time'],
      [['update', '--file', 'a', '--price-file', 'b'], 'each is put in force by itself'],
      [['update', '--price-file', 'no-such.yaml'], 'there is no such file'],
    ] as const) {
      const { code, stderr } = await prices(...args);
      expect(code, words).toBe(1);
      expect(stderr).toContain(words);
      expect(stderr).not.toContain('    at ');
    }
  });

  test('unpriced lists what has no price, with calls and tokens', async () => {
    expect(await json('unpriced')).toMatchObject({
      items: [{ model: 'house-lm', reason: 'no_price', calls: 1, input_tokens: 1000, output_tokens: 100 }],
    });
    expect((await prices('unpriced')).stdout).toContain('house-lm');
  });

  test('update says the versions before and after; reprice then changes what was stored, on command', async () => {
    const file = join(directory, 'prices.yaml');
    await writeFile(file, PRICE_FILE);
    const updated = await prices('update', '--price-file', file);
    expect(updated.stdout).toMatch(new RegExp(`before\\s+${PRICE_VERSION}\n`));
    expect(updated.stdout).toMatch(new RegExp(`after\\s+${PRICE_VERSION}, acme/[0-9a-f]{12}\n`));
    await writeFile(
      file,
      `${PRICE_FILE}  - { provider: openai, model: house-lm, usd_per_million: { input: 1, output: 1 } }\n`,
    );
    expect((await prices('update', '--price-file', file)).code).toBe(0);
    await prices('reprice');
    await waitUntil({ until: Date.now() + 20_000, waitingFor: 'the price of the house model' }, async () =>
      (await json('unpriced')).items.length === 0 ? true : undefined,
    );
    const explained = await json('explain', `${call.run_id}/${call.span_id}`);
    expect(explained).toMatchObject({ local_usd: '0.003' });
    expect((await json('update')).after[0]).toBe(PRICE_VERSION);
  });

  test('a price list from a file takes the place of the installed one, until that is put in force again', async () => {
    const file = join(directory, 'data.json');
    const prices_ = { input_mtok: 100, output_mtok: 100 };
    const models = [{ id: 'gpt-4o', match: { starts_with: 'gpt-4o' }, prices: prices_ }];
    await writeFile(file, JSON.stringify([{ id: 'openai', name: 'OpenAI', api_pattern: '', models }]));
    const { after } = await json('update', '--file', file);
    expect(after[0]).toMatch(/^genai-prices\/file-[0-9a-f]{12}$/);
    expect(await json('reprice', '--superseded')).toMatchObject({ repriced: 1 });
    const explained = await json('explain', `${call.run_id}/${call.span_id}`);
    expect(explained.stored.prices.map(({ in_force }: { in_force: boolean }) => in_force)).toEqual([
      true,
      false,
    ]);
    await writeFile(file, '[]');
    const refused = await prices('update', '--file', file);
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toContain('is not a price list');
    expect((await json('update')).after[0]).toBe(PRICE_VERSION);
  });

  test.each(['list', 'explain', 'unpriced', 'update', 'check', 'reprice'])(
    '%s --help explains itself',
    async (name) => {
      const { code, stdout } = await tollgate(['prices', name, '--help']);
      expect(code).toBe(0);
      expect(stdout).toMatch(new RegExp(`^Usage: tollgate prices ${name}`));
    },
  );
});

const evidence = z.object({ model_calls: z.array(z.object({ cost_usd: z.string().nullable() })) });

/** One chat span as a stock exporter sends it; answers once it is stored. */
async function sendCall({ provision, otlpUrl, serviceUrl, admin }: RunningSystem, model: string) {
  const principal = `agent-${model}`;
  const { agentKeys } = await provision({
    people: [],
    agents: [{ principal, team: 'ops', workflows: ['*'] }],
  });
  const trace_id = randomBytes(16).toString('hex');
  const span_id = randomBytes(8).toString('hex');
  const now = `${BigInt(Date.now()) * 1_000_000n}`;
  const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
  const number = (key: string, intValue: string) => ({ key, value: { intValue } });
  const attributes = [
    text('gen_ai.operation.name', 'chat'),
    text('gen_ai.provider.name', 'openai'),
    text('gen_ai.request.model', model),
    number('gen_ai.usage.input_tokens', '1000'),
    number('gen_ai.usage.cache_read.input_tokens', '400'),
    number('gen_ai.usage.output_tokens', '100'),
  ];
  const span = {
    traceId: trace_id,
    spanId: span_id,
    name: 'chat',
    kind: 3,
    startTimeUnixNano: now,
    endTimeUnixNano: now,
    attributes,
  };
  const body = {
    resourceSpans: [{ resource: {}, scopeSpans: [{ scope: { name: 'stock' }, spans: [span] }] }],
  };
  const response = await fetch(otlpUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${agentKeys[principal]}` },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
  const run_id = trace_id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  const api = connectApi(serviceUrl, admin.token);
  await waitUntil({ until: Date.now() + 30_000, waitingFor: 'a stored call' }, async () => {
    const answer = await api.get(`/v1/runs/${run_id}/evidence`, evidence).catch(() => undefined);
    const [stored] = answer?.model_calls ?? [];
    return stored !== undefined && (model === 'house-lm' || stored.cost_usd !== null) ? true : undefined;
  });
  return { run_id, span_id };
}
