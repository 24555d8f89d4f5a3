import { Agent, type Model, type ModelProvider, OpenAIProvider, Runner, Usage } from '@openai/agents';
import { assistantMessage, ScriptedModel } from '@openai/agents/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { meterModel, meterProvider } from '../../src/adapters/openai-agents.ts';
import { type Desk, openDesk, SAID } from './service-tiers/desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.close());

interface Way {
  readonly responses: boolean;
  readonly stream: boolean;
  readonly signal?: AbortSignal;
}

async function ask(modelProvider: ModelProvider, { stream, signal }: Way, providerData: object) {
  const agent = new Agent({
    ...{ name: 'support', model: 'gpt-5-mini' },
    modelSettings: { maxTokens: 500, providerData },
  });
  const runner = new Runner({ tracingDisabled: true, modelProvider });
  const options = signal === undefined ? {} : { signal };
  if (!stream) return (await runner.run(agent, 'x', options)).finalOutput;
  const streamed = await runner.run(agent, 'x', { ...options, stream: true });
  await streamed.completed;
  return streamed.finalOutput;
}

function openai({ responses }: Way, at = desk): ModelProvider {
  const baseURL = `${at.provider.url}/v1`;
  const provider = new OpenAIProvider({ apiKey: 'for-the-fake-provider', baseURL, useResponses: responses });
  return meterProvider(at.tollgate, provider);
}

const WAYS: readonly Way[] = [
  { responses: false, stream: false },
  { responses: false, stream: true },
  { responses: true, stream: false },
  { responses: true, stream: true },
];

test.each(WAYS)(
  'responses: $responses, streamed: $stream: what served a call counts, else what it asked for',
  async (way) => {
    for (const { asked, service, tier, usd } of SAID) {
      const providerData = asked === undefined ? {} : { service_tier: asked };
      const { result, calls } = await desk.bill(service, () => ask(openai(way), way, providerData));
      expect(result.error).toBeUndefined();
      expect(desk.provider.requests.at(-1)?.service_tier).toBe(asked);
      expect(calls, JSON.stringify({ asked, service })).toMatchObject([{ tier, usd }]);
    }
  },
);

const FEW = { input: 1000, output: 100 };

test('what is sent along as the body’s own is asked for as well', async () => {
  const way = { responses: true, stream: false };
  const providerData = { service_tier: 'flex', extra_body: { service_tier: 'priority' } };
  const { calls } = await desk.bill({ truth: FEW, tierUnsaid: true }, () =>
    ask(openai(way), way, providerData),
  );
  expect(desk.provider.requests.at(-1)?.service_tier).toBe('priority');
  expect(calls).toMatchObject([{ tier: 'priority', usd: null }]);
});

test('of calls that fail, the tier is what was asked for, or what was shown before', async () => {
  const way = { responses: false, stream: true };
  const refused = await desk.bill({ truth: FEW, ends: 'failed' }, () =>
    ask(openai(way), way, { service_tier: 'flex' }),
  );
  expect(refused.calls).toMatchObject([{ tier: 'flex', usd: null, outcome: 'failed' }]);

  const controller = new AbortController();
  setTimeout(() => controller.abort(), 500);
  const broken = await desk.bill({ truth: FEW, tier: 'priority', ends: 'aborted' }, () =>
    ask(openai(way), { ...way, signal: controller.signal }, {}),
  );
  expect(broken.calls).toMatchObject([{ tier: 'priority', usd: null, outcome: 'failed' }]);
});

test('a budget without a ceiling for a call lets a tier without a price through to nobody', async () => {
  const strict = await openDesk({ perCall: false });
  try {
    const [way] = WAYS as [Way];
    const bill = (asked: string) =>
      strict.bill({ truth: FEW }, () => ask(openai(way, strict), way, { service_tier: asked }));
    expect((await bill('flex')).calls.length).toBe(1);
    expect(await bill('priority')).toMatchObject({ result: { status: 'over_budget' }, calls: [] });
    expect(strict.provider.requests.length).toBe(1);
  } finally {
    await strict.close();
  }
});

const WRITES = { cache_creation: { ephemeral_1h_input_tokens: 600 } };
const METADATA = { anthropic: { usage: { service_tier: 'standard', ...WRITES } } };
const USAGE = {
  inputTokens: 3500,
  outputTokens: 100,
  inputTokensDetails: { cached_tokens: 2000, cache_write_tokens: 1000 },
};
const CACHED = { tier: 'standard', hour: 600, usd: '0.0087' };

/** Anthropic's model, asked for a tier as a model of the AI SDK is in its wrapper for this SDK. */
async function askScripted(model: Model, stream: boolean, asked: string | undefined) {
  const metered = meterModel(desk.tollgate, model, { provider: 'anthropic', model: 'claude-sonnet-4-5' });
  const settings = asked === undefined ? {} : { providerOptions: { anthropic: { serviceTier: asked } } };
  const way = { responses: false, stream };
  const { calls } = await desk.bill({ truth: FEW }, () => ask({ getModel: () => metered }, way, settings));
  return calls;
}

test.each([
  // What the wrapper hands on of the AI SDK's result.
  { providerData: { providerMetadata: METADATA }, asked: 'priority', bill: CACHED },
  {
    providerData: { usage: { raw: WRITES }, response: { body: { service_tier: 'priority' } } },
    asked: undefined,
    bill: { tier: 'priority', hour: 600, usd: null },
  },
  // Anthropic's answer itself, of a model of the application's own.
  { providerData: { usage: METADATA.anthropic.usage }, asked: 'priority', bill: CACHED },
  { providerData: {}, asked: 'priority', bill: { tier: 'priority', hour: undefined, usd: null } },
])('a model that is not OpenAI’s: $providerData', async ({ providerData, asked, bill }) => {
  const output = [assistantMessage('One of many.')];
  const model = new ScriptedModel([{ usage: new Usage(USAGE), output, responseId: 'r', providerData }]);
  expect(await askScripted(model, false, asked)).toMatchObject([bill]);
});

test('a model of the AI SDK, streamed: its parts are events of the wrapper’s stream', async () => {
  const model: Model = {
    getResponse: () => Promise.reject(new Error('not asked for')),
    async *getStreamedResponse() {
      yield { type: 'model', event: { type: 'finish', providerMetadata: METADATA } };
      const usage = { ...USAGE, totalTokens: 3600 };
      yield { type: 'response_done', response: { id: 'r', usage, output: [assistantMessage('One.')] } };
    },
  };
  expect(await askScripted(model, true, undefined)).toMatchObject([CACHED]);
});
