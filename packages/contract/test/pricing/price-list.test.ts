import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { calcPrice, waitForUpdate } from '@pydantic/genai-prices';
import {
  entryFor,
  INSTALLED_PRICES,
  PRICE_VERSION,
  parsePriceListFile,
  priceCall,
  pricesAt,
  resolveModel,
  serviceTierOf,
} from '@tollgate/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const TIMES = [
  '2025-01-01T12:00:00Z',
  '2026-11-27T02:30:00Z',
  '2026-11-27T05:00:00Z',
  '2027-02-01T20:00:00Z',
];
const USAGES = [
  { input_tokens: 1000, output_tokens: 100, cache_read_tokens: 300, cache_write_tokens: 200 },
  { input_tokens: 300_001, output_tokens: 7, cache_read_tokens: 0, cache_write_tokens: 0 },
  { input_tokens: 0, output_tokens: 0, cache_read_tokens: 0, cache_write_tokens: 0 },
];
/** Kinds of price that a call of tokens alone does not have. */
const BEYOND_TOKENS = /requests_kcount|hours|kpages|messages_kcount/;

describe('the price list', () => {
  test('is the release that its version names', () => {
    const path = createRequire(import.meta.resolve('@tollgate/contract')).resolve('@pydantic/genai-prices');
    const manifest = JSON.parse(
      readFileSync(`${path.slice(0, path.lastIndexOf('/dist/'))}/package.json`, 'utf8'),
    );
    expect(PRICE_VERSION).toBe(`genai-prices/${manifest.version}`);
  });

  test('prices every one of its models as its own package does, at any date, hour and length', async () => {
    let compared = 0;
    for (const priced of await INSTALLED_PRICES.models())
      for (const at of TIMES)
        for (const { cache_write_tokens, ...usage } of USAGES) {
          const timestamp = new Date(at);
          const counts = { ...usage, cache_creation_tokens: cache_write_tokens };
          const entries = INSTALLED_PRICES.entries(priced);
          const call = { workflow: '', service_tier: '', at, input_tokens: usage.input_tokens };
          const ours = priceCall(counts, entryFor(entries, call)?.rates);
          const theirs = theirPrice({ ...usage, cache_write_tokens }, priced, timestamp);
          if (ours.kind === 'unpriced' || theirs === undefined) continue;
          compared += 1;
          const where = JSON.stringify({ priced, at, usage });
          expect(Math.abs(Number(ours.usd) - theirs), where).toBeLessThan(1e-9 + theirs * 1e-9);
        }
    expect(compared).toBeGreaterThan(10_000);
  });

  test('a model that the list prices by tokens is priced', async () => {
    const at = '2026-11-27T00:00:00Z';
    const unpriced = (await INSTALLED_PRICES.models()).filter((model) => pricesAt(model, at) === undefined);
    const models = ((await waitForUpdate()) ?? []).flatMap((provider) =>
      provider.models.map((model) => ({ provider: provider.id, model: model.id, prices: model.prices })),
    );
    for (const { provider, model } of unpriced) {
      const { prices } = models.find((each) => each.provider === provider && each.model === model) ?? {};
      expect(JSON.stringify(prices), `${provider}/${model}`).not.toContain('"input_mtok"');
    }
  });

  test.each([
    ['openai', 'gpt-4o-2024-08-06', 'openai/gpt-4o'],
    ['openai.responses', 'gpt-4o', 'openai/gpt-4o'],
    ['openai', 'openai/gpt-4o', 'openai/gpt-4o'],
    ['', 'openai/gpt-4o', 'openai/gpt-4o'],
    ['', 'gpt-4o', 'openai/gpt-4o'],
    ['litellm', 'anthropic/claude-sonnet-4-5', 'anthropic/claude-sonnet-4-5'],
    ['litellm', 'gpt-4o', 'openai/gpt-4o'],
    ['OpenAI', 'GPT-4o', 'openai/gpt-4o'],
    ['openai', 'ft:gpt-4o-mini-2024-07-18:acme::abc', 'openai/ft:gpt-4o-mini'],
    ['anthropic', 'claude-sonnet-4-20250514', 'anthropic/claude-sonnet-4-0'],
    ['anthropic', 'anthropic/claude-sonnet-4-5', 'anthropic/claude-sonnet-4-5'],
    ['gcp.vertex_ai', 'models/gemini-2.5-pro', 'google/gemini-2.5-pro'],
    ['google', 'publishers/google/models/gemini-2.5-pro', 'google/gemini-2.5-pro'],
    [
      'google',
      'projects/p/locations/us-central1/publishers/google/models/gemini-2.5-pro',
      'google/gemini-2.5-pro',
    ],
    ['gcp.vertex_ai', 'claude-sonnet-4-5@20250929', 'google/claude-sonnet-4-5'],
    [
      'aws.bedrock',
      'anthropic.claude-sonnet-4-20250514-v1:0',
      'aws/regional.anthropic.claude-sonnet-4-20250514-v1:0',
    ],
    [
      'aws.bedrock',
      'us.anthropic.claude-sonnet-4-20250514-v1:0',
      'aws/regional.anthropic.claude-sonnet-4-20250514-v1:0',
    ],
    [
      'aws.bedrock',
      'global.anthropic.claude-sonnet-4-5-20250929-v1:0',
      'aws/global.anthropic.claude-sonnet-4-5-20250929-v1:0',
    ],
    [
      'aws.bedrock',
      'arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-20250514-v1:0',
      'aws/regional.anthropic.claude-sonnet-4-20250514-v1:0',
    ],
    ['azure.ai.openai', 'gpt-4o-2024-11-20', 'azure/gpt-4o'],
    ['openrouter', 'openai/gpt-4o', 'openrouter/openai/gpt-4o'],
    ['xai', 'grok-4', 'x-ai/grok-4-0709'],
  ])('%s %s stands for %s', (provider, model, expected) => {
    const found = resolveModel(provider, model);
    expect(found && `${found.provider}/${found.model}`).toBe(expected);
    expect(found && pricesAt(found, '2026-11-27T00:00:00Z')?.input).toBeTruthy();
  });

  test.each([
    ['openai', 'no-such-model-9000'],
    ['no-such-provider', 'gpt-4o'],
    ['azure', 'our-chat-deployment'],
    // Whose price would that be?
    ['openai', 'anthropic/claude-sonnet-4-5'],
    ['ollama', 'llama3.2'],
    ['openai', ''],
    ['openai', 'x'.repeat(300)],
  ])('%s %s stands for nothing, and is not guessed', (provider, model) => {
    expect(resolveModel(provider, model)).toBeUndefined();
  });

  test('has no price that calls cannot be charged by', async () => {
    for (const priced of await INSTALLED_PRICES.models())
      for (const { rates } of INSTALLED_PRICES.entries(priced))
        for (const rate of Object.values(rates).filter((each) => each !== null))
          expect([priced, rate]).toEqual([priced, expect.stringMatching(/^[01](\.\d{1,15})?$/)]);
    // The list has floats in it: 0.08333333333333334 a million.
    const [entry] = INSTALLED_PRICES.entries({
      provider: 'openrouter',
      model: 'google/gemini-2.5-flash-lite',
    });
    expect(entry?.rates.cache_creation).toBe('0.000000083333333');
  });

  test('a long context reprices all tokens of a call', () => {
    const model = { provider: 'anthropic', model: 'claude-sonnet-4-5' };
    const of = (input_tokens: number) =>
      pricesAt(model, '2026-01-01T00:00:00Z', { usage: { input_tokens, output_tokens: 1 } });
    expect(of(200_000)).toMatchObject({
      input: '0.000003',
      output: '0.000015',
      cache_creation_1h: '0.000006',
    });
    expect(of(200_001)).toMatchObject({
      input: '0.000006',
      output: '0.0000225',
      cache_creation_1h: '0.000012',
    });
    // What was cached is part of the context, also where the report leaves it out of its input.
    const excluded = { input_tokens: 10, cache_read_tokens: 200_000, output_tokens: 1 };
    expect(pricesAt(model, '2026-01-01T00:00:00Z', { usage: excluded })?.input).toBe('0.000006');
  });

  test('prices are dated, to the day and to the hour of the day', () => {
    const o3 = { provider: 'openai', model: 'o3' };
    expect(pricesAt(o3, '2025-06-09T23:59:59.999Z')?.input).toBe('0.00001');
    expect(pricesAt(o3, '2025-06-10T00:00:00Z')?.input).toBe('0.000002');
    const deepseek = { provider: 'deepseek', model: 'deepseek-chat' };
    expect(pricesAt(deepseek, '2026-01-01T00:29:59Z')?.input).toBe('0.000000135');
    expect(pricesAt(deepseek, '2026-01-01T00:30:00Z')?.input).toBe('0.00000027');
    expect(pricesAt(deepseek, '2026-01-01T16:30:00Z')?.input).toBe('0.000000135');
  });

  test('batch and flex cost a share where the provider says so for all models, else they have no price', () => {
    const at = '2026-11-01T00:00:00Z';
    const of = (provider: string, model: string, service_tier: string) =>
      pricesAt({ provider, model }, at, { service_tier })?.input;
    expect(of('openai', 'gpt-5', 'default')).toBe('0.00000125');
    expect(of('openai', 'gpt-5', 'flex')).toBe('0.000000625');
    expect(of('anthropic', 'claude-sonnet-4-5', 'batch')).toBe('0.0000015');
    expect(of('openai', 'gpt-5', 'priority')).toBeUndefined();
    expect(of('google', 'gemini-2.5-pro', 'batch')).toBeUndefined();
    expect(['', 'auto', 'Default', ' standard '].map(serviceTierOf)).toEqual(['', '', '', '']);
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    '%s is a name as any other',
    (name) => {
      expect(resolveModel(name, 'gpt-4o')).toEqual(resolveModel('nobody', 'gpt-4o'));
      expect(resolveModel('openai', name)).toBeUndefined();
      expect(resolveModel(name, name)).toBeUndefined();
      expect(resolveModel('openai', `${name}/x`)).toBeUndefined();
    },
  );

  test('hostile names neither throw nor hang', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary', maxLength: 400 }),
        (provider, model) => {
          resolveModel(provider, model);
        },
      ),
    );
  });
});

describe('a price list from a file', () => {
  test('prices as the installed one does where it holds the same', async () => {
    const text = JSON.stringify(await waitForUpdate());
    const parsed = parsePriceListFile(text);
    if (parsed.kind !== 'valid') throw new Error(parsed.message);
    const { list } = parsed;
    expect(list.version).toMatch(/^genai-prices\/file-[0-9a-f]{12}$/);
    const models = await INSTALLED_PRICES.models();
    expect(await list.models()).toEqual(models);
    for (const priced of models)
      expect(list.entries(priced).map(({ rates }) => rates)).toEqual(
        INSTALLED_PRICES.entries(priced).map(({ rates }) => rates),
      );
    expect(list.resolve('gcp.gemini', 'models/gemini-2.5-pro')).toEqual(
      resolveModel('google', 'gemini-2.5-pro'),
    );
  });

  test.each([
    ['not JSON', '{'],
    ['not a list', '{}'],
    ['an empty list', '[]'],
    ['a negative price', list({ input_mtok: -1 })],
    ['a price in words', list({ input_mtok: 'much' })],
    ['more than a dollar a token', list({ input_mtok: 1_000_001 })],
    [
      'a date that the store cannot hold',
      list([{ constraint: { start_date: '2262-01-01' }, prices: { input_mtok: 1 } }]),
    ],
    [
      'a time of day that is not UTC',
      list([
        {
          constraint: { start_time: '08:00:00+02:00', end_time: '20:00:00+02:00' },
          prices: { input_mtok: 1 },
        },
      ]),
    ],
    ['a pattern that is none', list({ input_mtok: 1 }, { regex: '(' })],
  ])('refuses %s with a reason', (_, text) => {
    const parsed = parsePriceListFile(text);
    expect(parsed.kind).toBe('invalid');
    expect(parsed.kind === 'invalid' && parsed.message).toBeTruthy();
  });
});

function list(prices: object, match: object = { equals: 'm' }): string {
  return JSON.stringify([{ id: 'p', name: 'P', api_pattern: '', models: [{ id: 'm', match, prices }] }]);
}

function theirPrice(
  usage: Record<string, number>,
  { provider, model }: { provider: string; model: string },
  timestamp: Date,
): number | undefined {
  try {
    const found = calcPrice(usage, model, { providerId: provider, timestamp });
    // Its name may find another model first, and what is beyond tokens is not ours to price.
    if (found?.model.id !== model || found.provider.id !== provider) return undefined;
    return BEYOND_TOKENS.test(JSON.stringify(found.model_price)) ? undefined : found.total_price;
  } catch {
    return undefined;
  }
}
