import { ChatAnthropic } from '@langchain/anthropic';
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { ChatOpenAI, type ChatOpenAIFields } from '@langchain/openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { servedTier } from '../../src/adapters/langchain/service-tier.ts';
import { meterModel } from '../../src/adapters/langchain.ts';
import { ScriptedChatModel } from './langchain/scripted-chat-model.ts';
import {
  CACHE_WRITES,
  CACHE_WRITES_FIRST,
  type Case,
  type Desk,
  openDesk,
  SAID,
  UNSAID,
} from './service-tiers/desk.ts';

process.env['LANGSMITH_TRACING'] = 'false';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.close());

const KEY = { apiKey: 'for-the-fake-provider', maxRetries: 0 };

function openai(fields: ChatOpenAIFields, asked: string | undefined, at = desk): BaseChatModel {
  return new ChatOpenAI({
    ...{ ...KEY, model: 'gpt-5-mini', maxTokens: 500 },
    configuration: { baseURL: `${at.provider.url}/v1` },
    ...fields,
    ...(asked === undefined ? {} : { service_tier: asked as 'flex' }),
  });
}

type Way = 'invoke' | 'stream' | 'events';

async function ask(
  model: BaseChatModel,
  way: Way,
  { at = desk, signal }: { at?: Desk; signal?: AbortSignal } = {},
) {
  const metered = meterModel(at.tollgate, model);
  const options = signal === undefined ? {} : { signal };
  if (way === 'invoke') return (await metered.invoke('x', options)).text;
  const parts = way === 'stream' ? await metered.stream('x', options) : metered.streamEvents('x', options);
  for await (const _ of parts as AsyncIterable<unknown>);
  return 'streamed';
}

const CHAT = { useResponsesApi: false };
const RAW = { ...CHAT, __includeRawResponse: true };
const RESPONSES = { useResponsesApi: true };

test.each<[string, ChatOpenAIFields, Way, readonly Case[]]>([
  // Of a chat completion in one piece LangChain keeps no tier, unless it is to keep the whole answer.
  ['a chat completion', CHAT, 'invoke', UNSAID],
  ['a chat completion with its raw answer', RAW, 'invoke', SAID],
  ['a streamed chat completion', CHAT, 'stream', SAID],
  ['the events of a chat completion', CHAT, 'events', SAID],
  ['a response', RESPONSES, 'invoke', SAID],
  ['a streamed response', RESPONSES, 'stream', SAID],
  // Its events are made without the tier.
  ['the events of a response', RESPONSES, 'events', UNSAID],
])('%s: what served a call counts, else what it asked for', async (_, fields, way, cases) => {
  for (const { asked, service, tier, usd } of cases) {
    const { result, calls } = await desk.bill(service, () => ask(openai(fields, asked), way));
    expect(result.error).toBeUndefined();
    expect(desk.provider.requests.at(-1)?.service_tier).toBe(asked);
    expect(calls, JSON.stringify({ asked, service })).toMatchObject([{ tier, usd }]);
  }
});

const anthropic = (fields = {}) =>
  new ChatAnthropic({
    ...KEY,
    model: 'claude-sonnet-4-5',
    anthropicApiUrl: desk.provider.url,
    maxTokens: 500,
    ...fields,
  });

test.each<Way>(['invoke', 'stream'])(
  'Anthropic, %s: cache writes of an hour are paid as such',
  async (way) => {
    for (const { service, tier, hour, usd } of [CACHE_WRITES, CACHE_WRITES_FIRST]) {
      const { calls } = await desk.bill(service, () => ask(anthropic(), way));
      expect(calls).toMatchObject([{ tier, hour, usd }]);
    }
  },
);

test('Anthropic, events: they say neither, so what was asked for counts', async () => {
  const { service } = CACHE_WRITES_FIRST;
  for (const [service_tier, tier, usd] of [
    // With a token that LangChain counts twice, that which a message begins with.
    ['auto', 'standard', '0.007365'],
    ['priority', 'priority', null],
  ] as const) {
    const model = anthropic({ invocationKwargs: { service_tier } });
    const { calls } = await desk.bill(service, () => ask(model, 'events'));
    expect(calls).toMatchObject([{ tier, hour: undefined, usd }]);
  }
});

test('Amazon’s package asks for a tier, and tells of it, as an object of its own', async () => {
  class Scripted extends ScriptedChatModel {
    override invocationParams() {
      return { serviceTier: { type: 'reserved' } };
    }
  }
  const { calls } = await desk.bill({ truth: { input: 0, output: 0 } }, () =>
    ask(new Scripted([{ text: 'x' }]), 'invoke'),
  );
  expect(calls).toMatchObject([{ tier: 'reserved', usd: null }]);
  expect(servedTier({ serviceTier: { type: 'flex' } })).toBe('flex');
  expect(servedTier({ metadata: { serviceTier: { type: 'default' } } })).toBe('standard');
});

test('of calls that fail, the tier is what was asked for, or what was shown before', async () => {
  const truth = { input: 1000, output: 100 };
  const refused = await desk.bill({ truth, ends: 'failed' }, () => ask(openai(CHAT, 'flex'), 'invoke'));
  expect(refused.calls).toMatchObject([{ tier: 'flex', usd: null, outcome: 'failed' }]);

  for (const [model, way] of [
    [anthropic(), 'stream'],
    [openai(CHAT, undefined), 'events'],
  ] as const) {
    const { calls } = await desk.bill({ truth, tier: 'priority', ends: 'aborted' }, () =>
      ask(model, way, { signal: abortedSoon() }),
    );
    expect(calls).toMatchObject([{ tier: 'priority', usd: null, outcome: 'failed' }]);
  }
});

const abortedSoon = (): AbortSignal => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 300);
  return controller.signal;
};

test.each(['stream', 'events'] as const)(
  'Anthropic, %s: of a stream that is aborted, what it cost is unknown, and not what was counted until then',
  async (way) => {
    const service = { truth: { input: 1000, output: 100 }, ends: 'aborted' } as const;
    const { calls } = await desk.bill(service, () => ask(anthropic(), way, { signal: abortedSoon() }));
    expect(calls).toMatchObject([{ usd: null, outcome: 'failed' }]);
  },
);

test('a budget without a ceiling for a call lets a tier without a price through to nobody', async () => {
  const strict = await openDesk({ perCall: false });
  try {
    const bill = (asked: string) =>
      strict.bill({ truth: { input: 1000, output: 100 } }, () =>
        ask(openai(CHAT, asked, strict), 'invoke', { at: strict }),
      );
    expect((await bill('flex')).calls.length).toBe(1);
    expect(await bill('priority')).toMatchObject({ result: { status: 'over_budget' }, calls: [] });
    expect(strict.provider.requests.length).toBe(1);
  } finally {
    await strict.close();
  }
});
