import { generateText, stepCountIs, streamText, type ToolSet, tool } from 'ai';
import { MockLanguageModelV4, simulateReadableStream } from 'ai/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { gateTools, meterModel } from '../../src/adapters/ai-sdk.ts';
import { ToolRefused } from '../../src/index.ts';
import { ANA, type House, openHouse, SAM } from '../support/house.ts';
import { chainOf, decides } from '../support/spans.ts';
import { INTERNAL_WORKFLOW, SUPPORT_WORKFLOW } from '../support/workflows.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse(INTERNAL_WORKFLOW);
});
afterAll(() => house.close());

const usage = {
  inputTokens: { total: 100, noCache: 60, cacheRead: 40, cacheWrite: undefined },
  outputTokens: { total: 20, text: 15, reasoning: 5 },
};

function callOf(toolName: string, input: unknown, toolCallId = 'call-1') {
  return {
    content: [{ type: 'tool-call' as const, toolCallId, toolName, input: JSON.stringify(input) }],
    finishReason: { unified: 'tool-calls' as const, raw: undefined },
    usage,
    response: { id: `resp-${toolCallId}`, modelId: 'gpt-4o-mini-2024-07-18' },
    warnings: [],
  };
}

function say(text: string) {
  return {
    content: [{ type: 'text' as const, text }],
    finishReason: { unified: 'stop' as const, raw: undefined },
    usage,
    response: { id: 'resp-last', modelId: 'gpt-4o-mini-2024-07-18' },
    warnings: [],
  };
}

function scripted(...answers: (ReturnType<typeof callOf> | ReturnType<typeof say>)[]) {
  return new MockLanguageModelV4({ provider: 'openai.chat', modelId: 'gpt-4o-mini', doGenerate: answers });
}

test('generateText: tools behind the gate, each model call metered, one chain', async () => {
  const tollgate = await house.start();
  const seen: unknown[] = [];
  const tools = gateTools(tollgate, {
    set_label: tool({
      description: 'labels a ticket',
      inputSchema: z.object({ ticket: z.string(), label: z.string() }),
      execute: async (args, { toolCallId, messages }) => {
        seen.push([args, toolCallId, messages.length]);
        return 'labelled';
      },
    }),
  });
  const model = meterModel(
    tollgate,
    scripted(callOf('set_label', { ticket: 'T-1', label: 'done' }), say('It is done.')),
  );
  const result = await tollgate.run({ initiator: SAM }, async () => {
    const { text } = await generateText({ model, tools, prompt: 'close T-1', stopWhen: stepCountIs(4) });
    return text;
  });
  expect(result).toMatchObject({ status: 'completed', output: 'It is done.' });
  expect(seen).toEqual([[{ ticket: 'T-1', label: 'done' }, 'call-1', 1]]);
  await tollgate.flush();
  const chain = chainOf(house.spans(), result.runId);
  expect(chain.map(({ record }) => record.kind)).toEqual([
    'run_started',
    'model_called',
    'gate_decided',
    'tool_finished',
    'model_called',
    'run_sealed',
  ]);
  expect(chain[2]?.record.call_id).toBe('call-1');
  expect(chain[1]?.record).toMatchObject({
    model: 'gpt-4o-mini-2024-07-18',
    usage: { input_tokens: 100, output_tokens: 20, cache_read_tokens: 40, reasoning_tokens: 5 },
    cost: { source: 'local' },
  });
  expect(chain[1]?.attributes).toMatchObject({
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-4o-mini',
    'gen_ai.response.id': 'resp-call-1',
  });
});

test('a refusal comes back to the model as the tool’s error, in words', async () => {
  const tollgate = await house.start();
  let executed = 0;
  const tools = gateTools(tollgate, {
    set_label: tool({
      inputSchema: z.object({ ticket: z.string(), label: z.string() }),
      execute: async () => ++executed,
    }),
  });
  const mock = scripted(callOf('set_label', { ticket: 'T-1', label: 'urgent' }), say('I may not.'));
  const result = await tollgate.run({ initiator: SAM }, async (run) => {
    const { steps } = await generateText({
      model: meterModel(tollgate, mock),
      tools,
      prompt: 'make it urgent',
      stopWhen: stepCountIs(4),
    });
    const [error] = steps.flatMap(({ content }) => content.filter((part) => part.type === 'tool-error'));
    expect(error?.error).toBeInstanceOf(ToolRefused);
    return run.refusals().map(({ reason }) => reason);
  });
  expect(executed).toBe(0);
  expect(result.output).toEqual(['out_of_scope']);
  expect(JSON.stringify(mock.doGenerateCalls[1]?.prompt)).toContain('out_of_scope');
});

const parts = [
  { type: 'stream-start' as const, warnings: [] },
  { type: 'response-metadata' as const, id: 'resp-s', modelId: 'gpt-4o-mini' },
  { type: 'text-start' as const, id: '1' },
  { type: 'text-delta' as const, id: '1', delta: 'Hel' },
  { type: 'text-delta' as const, id: '1', delta: 'lo' },
  { type: 'text-end' as const, id: '1' },
  { type: 'finish' as const, usage, finishReason: { unified: 'stop' as const, raw: undefined } },
];

function streaming(chunks = parts, chunkDelayInMs = 0) {
  return new MockLanguageModelV4({
    provider: 'openai.chat',
    modelId: 'gpt-4o-mini',
    doStream: async () => ({ stream: simulateReadableStream({ chunks, chunkDelayInMs }) }),
  });
}

async function metered(runId: string) {
  return chainOf(house.spans(), runId).filter(({ record }) => record.kind === 'model_called');
}

test('streamText: usage is read at the end of the stream', async () => {
  const tollgate = await house.start();
  const result = await tollgate.run(
    { initiator: SAM },
    async () => streamText({ model: meterModel(tollgate, streaming()), prompt: 'hello' }).text,
  );
  expect(result.output).toBe('Hello');
  await tollgate.flush();
  const [call] = await metered(result.runId);
  expect(call?.record).toMatchObject({ usage: { input_tokens: 100, output_tokens: 20 } });
  expect(call?.attributes['tollgate.content.output']).toContain('Hello');
});

test('an aborted stream is unknown usage: a cost of null, never zero', async () => {
  const tollgate = await house.start();
  const controller = new AbortController();
  const result = await tollgate.run({ initiator: SAM }, async () => {
    const { textStream } = streamText({
      model: meterModel(tollgate, streaming(parts, 20)),
      prompt: 'hello',
      abortSignal: controller.signal,
      onError: () => {},
    });
    for await (const _ of textStream) controller.abort();
  });
  await tollgate.flush();
  const calls = await metered(result.runId);
  expect(calls.length).toBe(1);
  expect(calls[0]?.record).toMatchObject({ usage: {}, cost: { usd: null, source: null }, outcome: 'failed' });
  expect(calls[0]?.attributes['gen_ai.usage.input_tokens']).toBeUndefined();
});

test('a stream that nobody reads to its end is recorded when the run ends', async () => {
  const tollgate = await house.start();
  const result = await tollgate.run({ initiator: SAM }, async () => {
    const model = meterModel(tollgate, streaming());
    if (typeof model === 'string' || model.specificationVersion !== 'v4') throw new Error('not a v4 model');
    await model.doStream({ prompt: [] });
  });
  await tollgate.flush();
  expect((await metered(result.runId)).map(({ record }) => record.cost?.usd)).toEqual([null]);
});

test('a failing model call is recorded, and its error is the agent’s', async () => {
  const tollgate = await house.start();
  const model = new MockLanguageModelV4({
    doGenerate: async () => {
      throw new Error('overloaded');
    },
  });
  const result = await tollgate.run({ initiator: SAM }, async () =>
    generateText({ model: meterModel(tollgate, model), prompt: 'x', maxRetries: 0 }).catch(
      (error) => error.message,
    ),
  );
  // The workflow has a ceiling for one call, so a model without a price may be asked.
  expect(result.output).toBe('overloaded');
  await tollgate.flush();
  expect((await metered(result.runId))[0]?.record).toMatchObject({ outcome: 'failed', cost: { usd: null } });
});

test('a tool without execute cannot be gated, and is not let through unnoticed', async () => {
  const tollgate = await house.start();
  const tools = { answer: tool({ inputSchema: z.object({ text: z.string() }) }) } as ToolSet;
  expect(() => gateTools(tollgate, tools)).toThrow(/no gate can stand/);
  expect(gateTools(tollgate, tools, { passThrough: ['answer'] })).toEqual(tools);
});

test('a tool that streams preliminary results is gated and recorded with its last', async () => {
  const tollgate = await house.start();
  const tools = gateTools(tollgate, {
    classify: tool({
      inputSchema: z.object({}),
      async *execute() {
        yield 'thinking';
        yield 'bug';
      },
    }),
  });
  const result = await tollgate.run({ initiator: SAM }, async () => {
    const { steps } = await generateText({
      model: meterModel(tollgate, scripted(callOf('classify', {}), say('bug'))),
      tools,
      prompt: 'which?',
      stopWhen: stepCountIs(3),
    });
    return steps[0]?.toolResults[0]?.output;
  });
  expect(result.output).toBe('bug');
});

test('tools that are behind the gate already are left as they are: one call, one decision, one approval', async () => {
  const support = await openHouse(SUPPORT_WORKFLOW);
  try {
    const tollgate = await support.start();
    let sent = 0;
    const plain: ToolSet = {
      send_reply: tool({
        inputSchema: z.object({ to: z.string(), text: z.string() }),
        execute: async () => ++sent,
      }),
      classify: tool({
        inputSchema: z.object({}),
        execute: async function* () {
          yield 'bug';
        },
      }),
    };
    const once = gateTools(tollgate, plain);
    const copied = { ...once['send_reply'], description: 'sends a reply' } as ToolSet[string];
    const mixed: ToolSet = { ...gateTools(tollgate, once), send_reply: copied };
    const twice = gateTools(tollgate, mixed);
    const execute = (name: string, input: unknown, toolCallId: string): unknown =>
      twice[name]?.execute?.(input, { toolCallId, messages: [], context: undefined });
    let over = false;
    const running = tollgate
      .run({ initiator: SAM, initiatorToken: support.tokenOf(SAM) }, async () => {
        const number = await execute('send_reply', { to: 'kim@example.com', text: 'Sorry.' }, 'call-1');
        const bugs = execute('classify', {}, 'call-2') as AsyncIterable<unknown>;
        for await (const bug of bugs) expect(bug).toBe('bug');
        return number;
      })
      .finally(() => {
        over = true;
      });
    const waiting = async () =>
      (await support.api(ANA, 'GET', '/v1/approvals?state=waiting'))['items'] as object[];
    while (!over) if ((await waiting()).length > 0) await support.decideNext('approve', 'it is fine');
    await running;
    expect((await support.api(ANA, 'GET', '/v1/approvals'))['items']).toHaveLength(1);
    expect(await running).toMatchObject({ status: 'completed', output: 1 });
    expect(sent).toBe(1);
    await tollgate.flush();
    const tools = support.spans().flatMap(({ record }) => (decides(record) ? [record.tool] : []));
    expect(tools.filter((name) => name === 'classify')).toHaveLength(1);
  } finally {
    await support.close();
  }
});
