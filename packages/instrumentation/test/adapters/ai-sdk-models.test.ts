import { openai } from '@ai-sdk/openai';
import {
  embed,
  embedMany,
  generateImage,
  generateText,
  stepCountIs,
  streamText,
  type ToolSet,
  tool,
} from 'ai';
import {
  MockEmbeddingModelV4,
  MockLanguageModelV3,
  MockLanguageModelV4,
  simulateReadableStream,
} from 'ai/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import {
  gateTools,
  type MeterableImageModel,
  type MeterableModel,
  meterEmbedding,
  meterImage,
  meterModel,
} from '../../src/adapters/ai-sdk.ts';
import { ModelRefused, type Run, type Tollgate } from '../../src/index.ts';
import { type House, openHouse, SAM } from '../support/house.ts';
import { chainOf, storyOf } from '../support/spans.ts';
import { INTERNAL_WORKFLOW } from '../support/workflows.ts';

let house: House;
let tollgate: Tollgate;
beforeAll(async () => {
  house = await openHouse(INTERNAL_WORKFLOW);
  tollgate = await house.start();
});
afterAll(() => house.close());

/** What the body made of it, and its evidence. */
async function inRun<T>(body: (run: Run) => Promise<T>) {
  const result = await tollgate.run({ initiator: SAM }, body);
  await tollgate.flush();
  const spans = chainOf(house.spans(), result.runId);
  const rulings = storyOf(spans.map(({ record }) => record));
  return { result, spans, rulings, calls: spans.filter(({ record }) => record.kind === 'model_called') };
}

const usage = {
  inputTokens: { total: 100, noCache: 60, cacheRead: 40, cacheWrite: undefined },
  outputTokens: { total: 20, text: 15, reasoning: 5 },
};
const PRICED = { provider: 'openai.chat', modelId: 'gpt-4o-mini' };
const finish = { unified: 'stop' as const, raw: undefined };
const toolCalls = { unified: 'tool-calls' as const, raw: undefined };
const say = (text: string) => ({
  content: [{ type: 'text' as const, text }],
  finishReason: finish,
  usage,
  warnings: [],
});
const ask = (toolName: string, input: string) => ({
  content: [{ type: 'tool-call' as const, toolCallId: 'call-1', toolName, input }],
  finishReason: toolCalls,
  usage,
  warnings: [],
});

/** Specification v2, as providers for AI SDK 5 speak it; there is no test model for it any more. */
function v2(provider: string, modelId: string): MeterableModel {
  const counts = { inputTokens: 100, outputTokens: 20, totalTokens: 120, cachedInputTokens: 40 };
  return {
    specificationVersion: 'v2',
    provider,
    modelId,
    supportedUrls: {},
    doGenerate: async () => ({
      content: [{ type: 'text', text: 'hello' }],
      finishReason: 'stop',
      usage: counts,
      warnings: [],
    }),
    doStream: async () => ({
      stream: simulateReadableStream({
        chunks: [
          { type: 'stream-start', warnings: [] },
          { type: 'text-start', id: '1' },
          { type: 'text-delta', id: '1', delta: 'hello' },
          { type: 'text-end', id: '1' },
          { type: 'finish', finishReason: 'stop', usage: counts },
        ],
      }),
    }),
  };
}

test.each([
  // OpenAI counts cached tokens as input, Anthropic does not, and v2 passes on what the provider said.
  ['openai.chat', 'gpt-4o-mini', 100],
  ['anthropic.messages', 'claude-sonnet-4-5', 140],
])(
  'a model of specification v2 by %s is metered, and its cached tokens are part of its input',
  async (provider, id, input) => {
    const { result, calls } = await inRun(async () => {
      const model = meterModel(tollgate, v2(provider, id));
      const { text } = await generateText({ model, prompt: 'x' });
      return `${text} ${await streamText({ model, prompt: 'x' }).text}`;
    });
    expect(result.output).toBe('hello hello');
    for (const { record } of calls)
      expect(record.usage).toEqual({ input_tokens: input, output_tokens: 20, cache_read_tokens: 40 });
    expect(calls.length).toBe(2);
    expect(calls.every(({ record }) => record.cost?.usd !== null)).toBe(true);
  },
);

test('a model of specification v3 is metered', async () => {
  const model = new MockLanguageModelV3({
    provider: 'openai.chat',
    modelId: 'gpt-4o-mini',
    doGenerate: say('hi'),
  });
  const { calls } = await inRun(async () =>
    generateText({ model: meterModel(tollgate, model), prompt: 'x' }),
  );
  expect(calls.map(({ record }) => record.usage?.input_tokens)).toEqual([100]);
});

test('a gateway’s model has the name and the price that its provider gives it', async () => {
  const model = new MockLanguageModelV4({
    provider: 'gateway',
    modelId: 'mistral/mistral-small-latest',
    doGenerate: say('hi'),
  });
  const { calls } = await inRun(async () =>
    generateText({ model: meterModel(tollgate, model), prompt: 'x' }),
  );
  expect(calls[0]?.attributes).toMatchObject({
    'gen_ai.provider.name': 'mistral_ai',
    'gen_ai.request.model': 'mistral-small-latest',
  });
});

const embedding = () =>
  new MockEmbeddingModelV4({
    provider: 'openai.embedding',
    modelId: 'text-embedding-3-small',
    maxEmbeddingsPerCall: 2,
    doEmbed: async ({ values }) => ({
      embeddings: values.map(() => [0.1, 0.2, 0.3]),
      usage: { tokens: 1000 * values.length },
      warnings: [],
    }),
  });

test('what describes the tools counts towards what a call can cost', async () => {
  const expensive = { provider: 'openai.chat', modelId: 'gpt-4' };
  const model = new MockLanguageModelV4({ ...expensive, doGenerate: async () => say('Hello') });
  const described = tool({
    description: 'how to classify '.repeat(2000),
    inputSchema: z.object({}),
    execute: async () => 'bug',
  });
  const { result } = await inRun(() =>
    generateText({
      model: meterModel(tollgate, model),
      tools: gateTools(tollgate, { classify: described }),
      prompt: 'hi',
      maxOutputTokens: 10,
      maxRetries: 0,
    }),
  );
  // 32,000 bytes at 30 USD a million are more than the 0.50 USD that a call may cost.
  expect(result.error).toMatchObject({ decision: { field: 'budget.per_call' } });
  expect(model.doGenerateCalls.length).toBe(0);
});

test('a call that goes on with what its provider keeps has no bound, so it reserves what a call may cost', async () => {
  const expensive = { provider: 'openai.responses', modelId: 'gpt-4' };
  const long = { ...usage, inputTokens: { total: 15_000, noCache: 15_000, cacheRead: 0, cacheWrite: 0 } };
  const model = new MockLanguageModelV4({
    ...expensive,
    doGenerate: async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return { ...say('Hello'), usage: long };
    },
  });
  const metered = meterModel(tollgate, model);
  const goOn = () =>
    generateText({
      model: metered,
      prompt: 'hi',
      maxOutputTokens: 10,
      maxRetries: 0,
      providerOptions: { openai: { previousResponseId: 'resp-0' } },
    });
  const { result } = await inRun(async (run) => {
    const calls = await Promise.allSettled([goOn(), goOn(), goOn()]);
    return [calls.filter(({ status }) => status === 'fulfilled').length, run.spentUsd()];
  });
  // Of 1 USD for the run, 0.50 for a call.
  expect(result.output).toEqual([2, '0.9024']);
});

test('embeddings are model calls: each on record with its input and its cost, its vectors as a count', async () => {
  const { calls } = await inRun(async () => {
    const model = meterEmbedding(tollgate, embedding());
    await embed({ model, value: 'one' });
    await embedMany({ model, values: ['two', 'three', 'four'] });
  });
  // 0.02 USD a million.
  expect(calls.map(({ record }) => record.cost?.usd).toSorted()).toEqual(['0.00002', '0.00002', '0.00004']);
  expect(calls[0]?.record.usage).toEqual({ input_tokens: 1000, output_tokens: 0 });
  expect(calls[0]?.attributes).toMatchObject({
    'gen_ai.operation.name': 'embeddings',
    'tollgate.content.input': '["one"]',
    'tollgate.content.output': '{"dimensions":3,"embeddings":1}',
  });
});

test('what the budget does not allow is not embedded', async () => {
  const model = embedding();
  const { result } = await inRun(async (run) => {
    await run.recordModelUsage({ provider: 'openai', model: 'gpt-4o-mini', costUsd: '1.00' });
    return embed({ model: meterEmbedding(tollgate, model), value: 'one', maxRetries: 0 });
  });
  expect(result.error).toBeInstanceOf(ModelRefused);
  expect(result.status).toBe('over_budget');
  expect(model.doEmbedCalls.length).toBe(0);
});

test('images are model calls; without a price their cost is unknown, not zero', async () => {
  const model: MeterableImageModel = {
    specificationVersion: 'v4',
    maxImagesPerCall: 1,
    provider: 'openai.image',
    modelId: 'house-painter-1',
    doGenerate: async () => ({
      images: ['iVBORw0KGgo='],
      warnings: [],
      response: { timestamp: new Date(), modelId: 'house-painter-1', headers: {} },
      usage: { inputTokens: 12, outputTokens: 900, totalTokens: 912 },
    }),
  };
  const { calls } = await inRun(async () => {
    await generateImage({ model: meterImage(tollgate, model), prompt: 'a fire' });
  });
  expect(calls.map(({ record }) => record)).toMatchObject([
    { usage: { input_tokens: 12, output_tokens: 900 }, cost: { usd: null } },
  ]);
  expect(calls[0]?.attributes['tollgate.content.input']).toContain('a fire');
  expect(calls[0]?.attributes['tollgate.content.output']).toBe('{"images":1}');
});

const classes = (executed: string[]) =>
  gateTools(tollgate, {
    classify: tool({
      inputSchema: z.object({ item: z.string() }),
      async *execute({ item }) {
        executed.push(item);
        yield 'thinking';
        yield `${item} is a bug`;
      },
    }),
    delete_ticket: tool({
      inputSchema: z.object({}),
      async *execute() {
        executed.push('deleted');
        yield 'gone';
      },
    }),
  });

test('a tool’s code is called on its tool, as the AI SDK calls it', async () => {
  const counting = {
    ...tool({ inputSchema: z.object({}), execute: async () => 0 }),
    count: 0,
    async execute() {
      this.count += 1;
      return this.count;
    },
  };
  const tools = gateTools(tollgate, { classify: counting as ToolSet[string] });
  const { result } = await inRun(async () =>
    tools['classify']?.execute?.({}, { toolCallId: 'c', messages: [], context: {} } as never),
  );
  expect(result).toMatchObject({ status: 'completed', output: 1 });
});

test('preliminary results reach the application as they come; nothing comes of a refusal', async () => {
  const executed: string[] = [];
  const { result, rulings } = await inRun(async () => {
    const answers = [ask('classify', '{"item":"bee"}'), { ...ask('delete_ticket', '{}') }, say('done')];
    const model = new MockLanguageModelV4({
      ...PRICED,
      doStream: async () => {
        const { content, finishReason } = answers.shift() ?? say('');
        const [part] = content;
        const chunks = part?.type === 'tool-call' ? [part] : [];
        return {
          stream: simulateReadableStream({
            chunks: [
              { type: 'stream-start', warnings: [] },
              ...chunks,
              { type: 'finish', usage, finishReason },
            ],
          }),
        };
      },
    });
    const tools = classes(executed);
    const { stream } = streamText({
      model: meterModel(tollgate, model),
      tools,
      prompt: 'x',
      stopWhen: stepCountIs(5),
    });
    const seen: string[] = [];
    for await (const part of stream) {
      if (part.type === 'tool-result')
        seen.push(`${part.preliminary === true ? '…' : ''}${String(part.output)}`);
      if (part.type === 'tool-error') seen.push(String(part.error));
    }
    return seen;
  });
  expect(result.output).toEqual([
    '…thinking',
    '…bee is a bug',
    'bee is a bug',
    expect.stringContaining('tool_blocked'),
  ]);
  expect(executed).toEqual(['bee']);
  expect(rulings).toEqual([
    'classify executed class_1_allowed',
    'classify succeeded',
    'delete_ticket blocked tool_blocked',
  ]);
});

test('a tool whose preliminary results nobody reads to their end has an unknown outcome', async () => {
  const { rulings } = await inRun(async () => {
    const { execute } = classes([]).classify;
    const results = execute?.({ item: 'x' }, { toolCallId: 'c', messages: [], context: {} });
    for await (const _ of results as AsyncIterable<unknown>) break;
  });
  expect(rulings).toEqual(['classify executed class_1_allowed', 'classify unknown']);
});

test('a call whose arguments are no JSON is on record as refused; what the application repairs goes through the gate', async () => {
  const executed: string[] = [];
  const answers = [ask('set_label', '{"ticket":"T-1", "label'), ask('set_label', '{"ticket":'), say('done')];
  const { rulings } = await inRun(async () => {
    const tools = gateTools(tollgate, {
      set_label: tool({
        inputSchema: z.object({ ticket: z.string(), label: z.string() }),
        execute: async ({ ticket }) => executed.push(ticket),
      }),
    });
    await generateText({
      model: meterModel(tollgate, new MockLanguageModelV4({ ...PRICED, doGenerate: answers })),
      tools,
      prompt: 'x',
      stopWhen: stepCountIs(4),
      experimental_repairToolCall: async ({ toolCall }) =>
        toolCall.input.includes('label') ? null : { ...toolCall, input: '{"ticket":"T-1","label":"done"}' },
    });
  });
  expect(executed).toEqual(['T-1']);
  expect(rulings).toEqual([
    'set_label blocked out_of_scope',
    'set_label blocked out_of_scope',
    'set_label executed within_scope',
    'set_label succeeded',
  ]);
});

test('a tool that its provider executes is not let through, whatever the application says of it', () => {
  const tools: ToolSet = { search: openai.tools.webSearch({}) };
  expect(() => gateTools(tollgate, tools, { passThrough: ['search'] })).toThrow(/no gate can stand/);
});
