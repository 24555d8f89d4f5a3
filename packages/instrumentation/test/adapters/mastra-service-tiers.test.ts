import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { Agent } from '@mastra/core/agent';
import { createAnthropic as createAnthropicV2 } from 'ai-sdk-anthropic-2';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type MeterableModel, meterModel } from '../../src/adapters/mastra.ts';
import { CACHE_WRITES, CACHE_WRITES_FIRST, type Desk, openDesk, SAID } from './service-tiers/desk.ts';

process.env['MASTRA_TELEMETRY_DISABLED'] = '1';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.close());

const providerOf = (at: Desk) => ({ baseURL: `${at.provider.url}/v1`, apiKey: 'for-the-fake-provider' });
const MODELS = {
  chat: (to: object) => createOpenAI(to).chat('gpt-5-mini'),
  'chat without tiers': (to: object) => createOpenAI(to).chat('gpt-4o-mini'),
  responses: (to: object) => createOpenAI(to).responses('gpt-5-mini'),
  messages: (to: object) => createAnthropic(to)('claude-sonnet-4-5'),
  'messages of v2': (to: object) => createAnthropicV2(to)('claude-sonnet-4-5'),
} as const;

async function ask(api: keyof typeof MODELS, stream: boolean, asked?: string, at = desk) {
  const model: MeterableModel = MODELS[api](providerOf(at));
  const agent = new Agent({
    ...{ id: 'support', name: 'support', instructions: 'answer', maxRetries: 0 },
    model: meterModel(at.tollgate, model) as ConstructorParameters<typeof Agent>[0]['model'] & object,
  });
  const options = {
    modelSettings: { maxOutputTokens: 500, maxRetries: 0 },
    ...(asked === undefined ? {} : { providerOptions: { openai: { serviceTier: asked as 'flex' } } }),
  };
  if (!stream) return (await agent.generate('x', options)).text;
  for await (const _ of (await agent.stream('x', options)).fullStream);
  return 'streamed';
}

test.each([
  ['chat', false],
  ['chat', true],
  ['responses', false],
  ['responses', true],
] as const)('%s, streamed: %s: what served a call counts, else what it asked for', async (api, stream) => {
  for (const { asked, service, tier, usd } of SAID) {
    const { result, calls } = await desk.bill(service, () => ask(api, stream, asked));
    expect(result.error).toBeUndefined();
    expect(desk.provider.requests.at(-1)?.service_tier).toBe(asked);
    expect(calls, JSON.stringify({ asked, service })).toMatchObject([{ tier, usd }]);
  }
});

test.each([
  ['messages', false],
  ['messages', true],
  ['messages of v2', false],
  ['messages of v2', true],
] as const)('%s, streamed: %s: cache writes of an hour are paid as such', async (api, stream) => {
  for (const { service, tier, hour, usd } of [CACHE_WRITES, CACHE_WRITES_FIRST]) {
    const { calls } = await desk.bill(service, () => ask(api, stream));
    expect(calls).toMatchObject([{ tier, hour, usd }]);
  }
});

test.each([true, false])(
  'the provider’s chunks reach only a reader who asks for them: %s',
  async (includeRawChunks) => {
    const { result } = await desk.bill({ truth: { input: 1000, output: 100 } }, async () => {
      const model = meterModel(desk.tollgate, MODELS.chat(providerOf(desk)));
      const prompt = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'x' }] }];
      const types: string[] = [];
      for await (const { type } of (await model.doStream({ prompt, includeRawChunks })).stream)
        types.push(type);
      return types;
    });
    expect(result.output?.includes('raw')).toBe(includeRawChunks);
  },
);

test.each([true, false])(
  'a tier that the SDK does not send was not asked for; streamed: %s',
  async (stream) => {
    const service = { truth: { input: 1000, output: 100 }, tierUnsaid: true } as const;
    const { calls } = await desk.bill(service, () => ask('chat without tiers', stream, 'flex'));
    expect(calls).toMatchObject([{ tier: 'standard', usd: '0.00045' }]);
  },
);

test('a call that is refused by its provider, or by the budget, is so at the tier that it asks for', async () => {
  const service = { truth: { input: 1000, output: 100 } };
  const { calls } = await desk.bill({ ...service, ends: 'failed' }, () => ask('chat', true, 'flex'));
  expect(calls).toMatchObject([{ tier: 'flex', usd: null, outcome: 'failed' }]);

  const strict = await openDesk({ perCall: false });
  try {
    const admitted = await strict.bill(service, () => ask('chat', false, 'flex', strict));
    expect(admitted.calls.length).toBe(1);
    const refused = await strict.bill(service, () => ask('chat', false, 'priority', strict));
    expect(refused.calls).toEqual([]);
    expect(strict.provider.requests.length).toBe(1);
  } finally {
    await strict.close();
  }
});
