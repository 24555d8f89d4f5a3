import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { defaultSettingsMiddleware, generateText, streamText, wrapLanguageModel } from 'ai';
import { MockLanguageModelV4 } from 'ai/test';
import { createAnthropic as createAnthropicV2 } from 'ai-sdk-anthropic-2';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type MeterableModel, meterModel } from '../../src/adapters/ai-sdk.ts';
import { CACHE_WRITES, CACHE_WRITES_FIRST, type Desk, openDesk, SAID } from './service-tiers/desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.close());

const providerOf = (at: Desk) => ({ baseURL: `${at.provider.url}/v1`, apiKey: 'for-the-fake-provider' });
const MODELS = {
  chat: (at: Desk): MeterableModel => createOpenAI(providerOf(at)).chat('gpt-5-mini'),
  responses: (at: Desk): MeterableModel => createOpenAI(providerOf(at)).responses('gpt-5-mini'),
  messages: (at: Desk): MeterableModel => createAnthropic(providerOf(at))('claude-sonnet-4-5'),
  'messages of v2': (at: Desk): MeterableModel => createAnthropicV2(providerOf(at))('claude-sonnet-4-5'),
} as const;

interface Asked {
  readonly api: keyof typeof MODELS;
  readonly stream: boolean;
  readonly providerOptions?: Parameters<typeof generateText>[0]['providerOptions'];
  readonly signal?: AbortSignal;
}

async function ask({ api, stream, providerOptions, signal }: Asked, at = desk) {
  const model = meterModel(at.tollgate, MODELS[api](at));
  const call = {
    ...{ model, prompt: 'x', maxOutputTokens: 500, maxRetries: 0 },
    ...(providerOptions === undefined ? {} : { providerOptions }),
    ...(signal === undefined ? {} : { abortSignal: signal }),
  };
  if (!stream) return (await generateText(call)).text;
  for await (const _ of streamText({ ...call, onError: () => {} }).fullStream);
  return 'streamed';
}

const WAYS: readonly Asked[] = [
  { api: 'chat', stream: false },
  { api: 'chat', stream: true },
  { api: 'responses', stream: false },
  { api: 'responses', stream: true },
];

test.each(WAYS)('$api, streamed: $stream: what served a call counts, else what it asked for', async (way) => {
  for (const { asked, service, tier, usd } of SAID) {
    const providerOptions =
      asked === undefined ? {} : { providerOptions: { openai: { serviceTier: asked } } };
    const { result, calls } = await desk.bill(service, () => ask({ ...way, ...providerOptions }));
    expect(result.error).toBeUndefined();
    expect(desk.provider.requests.at(-1)?.service_tier).toBe(asked);
    expect(calls, JSON.stringify({ asked, service })).toMatchObject([{ tier, usd }]);
  }
});

test.each<Asked>([
  { api: 'messages', stream: false },
  { api: 'messages', stream: true },
  { api: 'messages of v2', stream: false },
  { api: 'messages of v2', stream: true },
])('$api, streamed: $stream: cache writes of an hour are paid as such', async (way) => {
  for (const { service, ...bill } of [CACHE_WRITES, CACHE_WRITES_FIRST]) {
    const { result, calls } = await desk.bill(service, () => ask(way));
    expect(result.error).toBeUndefined();
    const { tier, hour, usd } = bill;
    expect(calls).toMatchObject([{ tier, hour, usd }]);
  }
});

const FLEX = { openai: { serviceTier: 'flex' } };
const FEW = { truth: { input: 1000, output: 100 } };
const UNSAID = { ...FEW, tierUnsaid: true } as const;

test.each([true, false])(
  'a tier that the SDK does not send was not asked for; streamed: %s',
  async (stream) => {
    const settings = { providerOptions: { openai: { serviceTier: 'priority' } } };
    const inner = defaultSettingsMiddleware({ settings });
    const chat = (name: string) => createOpenAI(providerOf(desk)).chat(name);
    for (const [model, providerOptions, tier, usd] of [
      // OpenAI has no such tier for this model, so the SDK leaves it out, with a warning.
      [chat('gpt-4o-mini'), FLEX, 'standard', '0.00045'],
      [chat('gpt-5-mini'), { anthropic: { serviceTier: 'flex' } }, undefined, '0.00045'],
      // What the application asks for nearer to the provider than the meter stands.
      [wrapLanguageModel({ model: chat('gpt-5-mini'), middleware: inner }), {}, 'priority', null],
    ] as const) {
      const call = { model: meterModel(desk.tollgate, model), prompt: 'x', providerOptions };
      const { calls } = await desk.bill(UNSAID, async () =>
        stream ? streamText(call).text : generateText(call),
      );
      expect(calls).toMatchObject([{ tier, usd }]);
    }
  },
);

test('of calls that fail, the tier is what was asked for, or what was shown before', async () => {
  const failed = { ...UNSAID, ends: 'failed' } as const;
  const refused = await desk.bill(failed, () => ask({ api: 'chat', stream: false, providerOptions: FLEX }));
  expect(refused.calls).toMatchObject([{ tier: 'flex', usd: null, outcome: 'failed' }]);

  for (const api of ['chat', 'messages'] as const) {
    const service = { ...FEW, tier: 'priority', ends: 'aborted' } as const;
    const controller = new AbortController();
    const asking = () => ask({ api, stream: true, signal: controller.signal });
    const broken = desk.bill(service, asking);
    setTimeout(() => controller.abort(), 300);
    expect((await broken).calls).toMatchObject([{ tier: 'priority', usd: null, outcome: 'failed' }]);
  }
});

test.each([true, false])(
  'the provider’s chunks reach only a reader who asks for them: %s',
  async (includeRawChunks) => {
    const { result } = await desk.bill(FEW, async () => {
      const model = meterModel(desk.tollgate, MODELS.chat(desk)) as ReturnType<typeof wrapLanguageModel>;
      const prompt = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'x' }] }];
      const types: string[] = [];
      for await (const { type } of (await model.doStream({ prompt, includeRawChunks })).stream)
        types.push(type);
      return types;
    });
    expect(result.output?.includes('raw')).toBe(includeRawChunks);
  },
);

test('a budget without a ceiling for a call lets a tier without a price through to nobody', async () => {
  const strict = await openDesk({ perCall: false });
  try {
    for (const way of WAYS)
      for (const asked of ['priority', 'flex']) {
        const { result, calls } = await strict.bill(UNSAID, () =>
          ask({ ...way, providerOptions: { openai: { serviceTier: asked } } }, strict),
        );
        expect(calls.length).toBe(asked === 'flex' ? 1 : 0);
        // A stream tells its reader, and ends.
        if (asked === 'priority' && !way.stream)
          expect(result).toMatchObject({
            status: 'over_budget',
            error: {
              message: expect.stringContaining('a model and service tier with a price, or a ceiling'),
            },
          });
      }
    const sent = strict.provider.requests.map(({ service_tier }) => service_tier);
    expect(sent).toEqual(['flex', 'flex', 'flex', 'flex']);
  } finally {
    await strict.close();
  }
});

test('what a provider says is not trusted to be what it should', async () => {
  const thrower = {
    get serviceTier() {
      throw new Error('not to be read');
    },
  };
  const usage = {
    inputTokens: { total: 1000, noCache: 1000, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: 100, text: 100, reasoning: 0 },
    raw: { cache_creation: { ephemeral_1h_input_tokens: '600' } },
  };
  for (const [providerMetadata, tier, usd] of [
    [{ openai: { serviceTier: { type: 7 } }, anthropic: null }, undefined, '0.00045'],
    [{ openai: thrower }, undefined, '0.00045'],
    [{ openai: { serviceTier: ` ${'X'.repeat(1_000_000)}` } }, 'x'.repeat(64), null],
    [{ openai: { serviceTier: 'Express' } }, 'express', null],
    [{ openai: { serviceTier: ' AUTO ' } }, 'standard', '0.00045'],
  ] as const) {
    const model = new MockLanguageModelV4({
      provider: 'openai.chat',
      modelId: 'gpt-5-mini',
      doGenerate: {
        ...{ content: [], warnings: [], usage: usage as never },
        finishReason: { unified: 'stop', raw: undefined },
        providerMetadata: providerMetadata as never,
      },
    });
    const { result, calls } = await desk.bill(UNSAID, () =>
      generateText({ model: meterModel(desk.tollgate, model), prompt: 'x' }).then(() => 'answered'),
    );
    expect(result.output).toBe('answered');
    expect(calls).toMatchObject([{ tier, usd, hour: undefined }]);
  }
});
