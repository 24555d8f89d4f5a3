import { AIMessageChunk, type BaseMessage, HumanMessage } from '@langchain/core/messages';
import { RunnableBinding, RunnableLambda } from '@langchain/core/runnables';
import { tool } from '@langchain/core/tools';
import { FakeStreamingChatModel } from '@langchain/core/utils/testing';
import {
  Command,
  END,
  interrupt,
  isGraphInterrupt,
  MemorySaver,
  MessagesAnnotation,
  START,
  StateGraph,
} from '@langchain/langgraph';
import { ToolNode, toolsCondition } from '@langchain/langgraph/prebuilt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { gateTools, meterModel } from '../../src/adapters/langgraph.ts';
import { type Run, type Tollgate, ToolRefused } from '../../src/index.ts';
import { type House, openHouse, SAM } from '../support/house.ts';
import { chainOf } from '../support/spans.ts';
import { INTERNAL_WORKFLOW } from '../support/workflows.ts';
import { type Answer, ScriptedChatModel } from './langchain/scripted-chat-model.ts';

process.env['LANGSMITH_TRACING'] = 'false';

let house: House;
beforeAll(async () => {
  house = await openHouse(INTERNAL_WORKFLOW);
});
afterAll(() => house.close());

const DONE = { ticket: 'T-1', label: 'done' };
const LABEL = z.object({ ticket: z.string(), label: z.string() });
const HELLO = [new HumanMessage('hello')];
const calling = (...ids: string[]): Answer => ({
  calls: ids.map((id) => ({ id, tool: 'set_label', json: JSON.stringify(DONE) })),
});

/** The usual loop: model, tools, model. */
function loop(
  model: ReturnType<typeof meterModel<ScriptedChatModel>>,
  tools: ConstructorParameters<typeof ToolNode>[0],
) {
  return new StateGraph(MessagesAnnotation)
    .addNode('agent', async ({ messages }) => ({ messages: await model.invoke(messages) }))
    .addNode('tools', new ToolNode(tools))
    .addEdge(START, 'agent')
    .addConditionalEdges('agent', toolsCondition)
    .addEdge('tools', 'agent');
}

async function recordsOf(tollgate: Tollgate, runId: string) {
  await tollgate.flush();
  return chainOf(house.spans(), runId);
}
async function modelCalls(tollgate: Tollgate, runId: string) {
  return (await recordsOf(tollgate, runId)).filter(({ record }) => record.kind === 'model_called');
}

test('two runs side by side: nodes, parallel branches, tools and sub-graphs each know their own', async () => {
  const tollgate = await house.start();
  const known: (string | undefined)[] = [];
  const note = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    known.push(tollgate.currentRun()?.id);
    return {};
  };
  const setLabel = tool(async () => `by ${tollgate.currentRun()?.id}`, { name: 'set_label', schema: LABEL });
  const part = new StateGraph(MessagesAnnotation).addNode('n', note).addEdge(START, 'n').compile();
  const play = () =>
    tollgate.run({ initiator: SAM }, async (run) => {
      const model = meterModel(tollgate, new ScriptedChatModel([calling('a', 'b'), { text: 'done' }]));
      const graph = loop(model, gateTools(tollgate, [setLabel]))
        .addNode('left', note)
        .addNode('right', part)
        .addEdge(START, 'left')
        .addEdge(START, 'right')
        .addEdge('left', END)
        .compile();
      const { messages } = await graph.invoke({ messages: HELLO });
      const answers = messages.filter((message: BaseMessage) => message.getType() === 'tool');
      expect(answers.map(({ content }) => content)).toEqual([`by ${run.id}`, `by ${run.id}`]);
    });
  const [one, two] = await Promise.all([play(), play()]);
  expect([one.error, two.error]).toEqual([undefined, undefined]);
  expect(known.toSorted()).toEqual([one.runId, one.runId, two.runId, two.runId].toSorted());
  for (const { runId } of [one, two]) {
    const records = (await recordsOf(tollgate, runId)).map(({ record }) => record);
    expect(
      records
        .filter(({ kind }) => kind === 'tool_finished')
        .map(({ call_id }) => call_id)
        .toSorted(),
    ).toEqual(['a', 'b']);
    expect(records.filter(({ kind }) => kind === 'model_called').length).toBe(2);
  }
});

const WAYS: readonly [string, number, (model: ScriptedChatModel, run: Run) => Promise<unknown>][] = [
  ['invoke', 1, (model) => model.invoke(HELLO)],
  ['generate', 1, (model) => model.generate([HELLO])],
  ['batch', 2, (model) => model.batch([HELLO, HELLO])],
  ['stream', 1, async (model) => drain(await model.stream(HELLO))],
  ['streamEvents v2', 1, (model) => drain(model.streamEvents(HELLO, { version: 'v2' }))],
  ['streamEvents', 1, (model) => drain(model.streamEvents(HELLO))],
  ['bindTools', 1, (model) => model.bindTools([]).invoke(HELLO)],
  ['withConfig', 1, (model) => model.withConfig({ tags: ['x'] }).invoke(HELLO)],
  ['withRetry', 1, (model) => model.withRetry().invoke(HELLO)],
  ['pipe', 1, (model) => model.pipe((message: { content: unknown }) => message.content).invoke(HELLO)],
  [
    'withStructuredOutput',
    1,
    (model) =>
      model
        .withStructuredOutput(z.object({ a: z.string() }))
        .invoke(HELLO)
        .catch(() => 'no such call'),
  ],
  [
    'a graph that streams messages',
    1,
    async (model) =>
      drain(await loop(model, []).compile().stream({ messages: HELLO }, { streamMode: 'messages' })),
  ],
];

async function drain(parts: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of parts);
}

test.each(WAYS)('%s is metered exactly once a call', async (_, times, way) => {
  const tollgate = await house.start();
  const scripted = new ScriptedChatModel([{ text: 'Hello' }, { text: 'Hello' }]);
  const model = meterModel(tollgate, scripted);
  const result = await tollgate.run({ initiator: SAM }, (run) => way(model, run));
  expect(result.error).toBeUndefined();
  expect(scripted.asked).toBe(times);
  const calls = await modelCalls(tollgate, result.runId);
  expect(calls.length).toBe(times);
  for (const { record, attributes } of calls) {
    expect(record.usage).toEqual({
      input_tokens: 100,
      output_tokens: 20,
      cache_read_tokens: 40,
      cache_creation_tokens: 10,
      reasoning_tokens: 5,
    });
    expect(record).toMatchObject({
      model: 'gpt-4o-mini-2024-07-18',
      cost: { source: 'local' },
    });
    expect(record.outcome).toBeUndefined();
    expect(attributes['gen_ai.response.id']).toMatch(/^resp-/);
    expect(attributes['tollgate.content.output']).toContain('Hello');
  }
});

/** As some providers' classes do: a new model for each configuration, which must not get away unmetered. */
class Renewing extends ScriptedChatModel {
  readonly made: Renewing[] = [];
  override withConfig(): never {
    const made = new Renewing([{ text: 'from the new one' }]);
    this.made.push(made);
    return made as never;
  }
}

test('a model that a metered model makes is metered', async () => {
  const tollgate = await house.start();
  const renewing = new Renewing([]);
  const result = await tollgate.run({ initiator: SAM }, async () => {
    const bound = meterModel(tollgate, renewing).bindTools([]);
    return (await bound.invoke(HELLO)).content;
  });
  expect(result.output).toBe('from the new one');
  expect(renewing.made.map(({ asked }) => asked)).toEqual([1]);
  expect((await modelCalls(tollgate, result.runId)).length).toBe(1);
});

test('a model in a binding that knows nothing of it is metered by way of the binding', async () => {
  const tollgate = await house.start();
  class Bound extends ScriptedChatModel {
    override bindTools(): ReturnType<ScriptedChatModel['bindTools']> {
      return new RunnableBinding({ bound: this.own, config: {} });
    }
    private readonly own = new ScriptedChatModel([{ text: 'inner' }]);
  }
  const result = await tollgate.run({ initiator: SAM }, async () => {
    return (await meterModel(tollgate, new Bound([])).bindTools().invoke(HELLO)).content;
  });
  expect(result.output).toBe('inner');
  expect((await modelCalls(tollgate, result.runId)).length).toBe(1);
});

/** As `initChatModel`'s: the model that is asked is picked for each call. */
class Picking extends ScriptedChatModel {
  readonly _queuedMethodOperations = {};
  readonly picked = new ScriptedChatModel([{ text: 'picked' }, { text: 'picked' }]);
  async _getModelInstance() {
    return this.picked;
  }
  override async invoke(...given: Parameters<ScriptedChatModel['invoke']>) {
    return (await this._getModelInstance()).invoke(...given);
  }
}

test('a model that picks another for each call has the one that it picks metered, once', async () => {
  const tollgate = await house.start();
  const model = meterModel(tollgate, new Picking([]));
  const result = await tollgate.run({ initiator: SAM }, async () => [
    (await model.invoke(HELLO)).content,
    (await model.batch([HELLO]))[0]?.content,
  ]);
  expect(result).toMatchObject({ output: ['picked', 'picked'] });
  expect((await modelCalls(tollgate, result.runId)).length).toBe(2);
});

test('a stream that is aborted, or that its reader turns away from, is unknown usage', async () => {
  const tollgate = await house.start();
  const scripted = new ScriptedChatModel([{ text: 'Hello', hangs: true }, { text: 'Hello' }]);
  const model = meterModel(tollgate, scripted);
  const controller = new AbortController();
  const result = await tollgate.run({ initiator: SAM }, async () => {
    const aborted = await model.stream(HELLO, { signal: controller.signal });
    await expect(
      (async () => {
        for await (const _ of aborted) controller.abort(new Error('enough'));
      })(),
    ).rejects.toThrow('enough');
    for await (const _ of await model.stream(HELLO)) break;
  });
  expect(result.error).toBeUndefined();
  const calls = await modelCalls(tollgate, result.runId);
  expect(calls.map(({ record }) => [record.usage, record.cost?.usd, record.outcome])).toEqual([
    [{}, null, 'failed'],
    [{}, null, 'failed'],
  ]);
});

test('a model without usage is unknown, and one without a name of its own goes by the application’s', async () => {
  const tollgate = await house.start();
  const fake = new FakeStreamingChatModel({ chunks: [new AIMessageChunk('Hel'), new AIMessageChunk('lo')] });
  const model = meterModel(tollgate, fake, { provider: 'acme', model: 'acme-1' });
  const result = await tollgate.run({ initiator: SAM }, async () => {
    const parts: unknown[] = [];
    for await (const { content } of await model.stream(HELLO)) parts.push(content);
    return parts.join('');
  });
  expect(result.output).toBe('Hello');
  const [call] = await modelCalls(tollgate, result.runId);
  expect(call?.record).toMatchObject({
    model: 'acme-1',
    usage: {},
    cost: { usd: null },
  });
  expect(call?.attributes['gen_ai.provider.name']).toBe('acme');
});

test('what describes the tools counts towards what a call can cost', async () => {
  const tollgate = await house.start();
  const scripted = new ScriptedChatModel([{ text: 'Hello' }], { model: 'gpt-4' });
  const tools = [{ type: 'function', function: { name: 'classify', description: 'how '.repeat(8000) } }];
  const model = meterModel(tollgate, scripted).withConfig({ tools } as object);
  const result = await tollgate.run({ initiator: SAM }, () => model.invoke(HELLO));
  expect(result.error).toMatchObject({ decision: { field: 'budget.per_call' } });
  expect(scripted.asked).toBe(0);
});

test('a call that goes on with what its provider keeps has no bound, so it reserves what a call may cost', async () => {
  const tollgate = await house.start();
  const scripted = new ScriptedChatModel([{ text: 'a' }, { text: 'b' }, { text: 'c' }]);
  const model = meterModel(tollgate, scripted).withConfig({ previous_response_id: 'resp-0' } as object);
  const result = await tollgate.run({ initiator: SAM }, async () => {
    const calls = await Promise.allSettled([1, 2, 3].map(() => model.invoke(HELLO)));
    return calls.filter(({ status }) => status === 'fulfilled').length;
  });
  expect(result.output).toBe(2);
});

test('a failing model call is recorded, and its error is the agent’s', async () => {
  const tollgate = await house.start();
  const model = meterModel(tollgate, new ScriptedChatModel([{ error: new Error('overloaded') }]));
  const result = await tollgate.run({ initiator: SAM }, () => model.invoke(HELLO));
  expect(String(result.error)).toContain('overloaded');
  const [call] = await modelCalls(tollgate, result.runId);
  expect(call?.record).toMatchObject({ outcome: 'failed', cost: { usd: null } });
});

test('ToolNode: a refusal is a message of status error, and the graph goes on', async () => {
  const tollgate = await house.start();
  let executed = 0;
  const setLabel = tool(async () => ++executed, { name: 'set_label', schema: LABEL });
  const bad = { calls: [{ id: 'x', tool: 'set_label', json: '{"ticket":"T-1","label":"urgent"}' }] };
  const model = meterModel(tollgate, new ScriptedChatModel([bad, { text: 'I may not.' }]));
  const result = await tollgate.run({ initiator: SAM }, async () => {
    const { messages } = await loop(model, gateTools(tollgate, [setLabel]))
      .compile()
      .invoke({ messages: HELLO });
    return messages.map((message: BaseMessage) => [message.getType(), message.content]);
  });
  expect(executed).toBe(0);
  expect(result.output?.slice(2)).toEqual([
    ['tool', expect.stringContaining('out_of_scope')],
    ['ai', 'I may not.'],
  ]);
});

test('a runnable that was made a tool of is gated by whichever way it is run', async () => {
  const tollgate = await house.start();
  const seen: unknown[] = [];
  const plain = RunnableLambda.from(async (input: z.output<typeof LABEL>) => {
    seen.push(input);
    return 'labelled';
  }).asTool({ name: 'set_label', schema: LABEL });
  const [gated] = gateTools(tollgate, [plain]);
  const bad = { ...DONE, label: 'urgent' };
  const model = meterModel(
    tollgate,
    new ScriptedChatModel([
      { calls: [{ id: 'a', tool: 'set_label', json: JSON.stringify(bad) }] },
      { calls: [{ id: 'b', tool: 'set_label', json: '{"ticket":7}' }] },
      calling('c'),
      { text: 'done' },
    ]),
  );
  const result = await tollgate.run({ initiator: SAM }, async () => {
    await expect(gated.invoke(bad)).rejects.toBeInstanceOf(ToolRefused);
    await expect(gated.stream(bad).then(drain)).rejects.toBeInstanceOf(ToolRefused);
    const { messages } = await loop(model, [gated]).compile().invoke({ messages: HELLO });
    return messages
      .filter((message: BaseMessage) => message.getType() === 'tool')
      .map(({ content }) => content);
  });
  expect(result).toMatchObject({
    output: [expect.stringContaining('out_of_scope'), expect.stringContaining('ticket'), 'labelled'],
  });
  expect(seen).toEqual([DONE]);
});

test('interrupt() in a gated tool pauses the graph: unknown on record, and gated anew on resume', async () => {
  const tollgate = await house.start();
  const executed: unknown[] = [];
  const setLabel = tool(
    async (args) => {
      const answer: unknown = interrupt({ question: 'really?' });
      executed.push([args, answer]);
      return `labelled, ${answer}`;
    },
    { name: 'set_label', schema: LABEL },
  );
  const model = meterModel(tollgate, new ScriptedChatModel([calling('i'), { text: 'done' }]));
  const graph = loop(model, gateTools(tollgate, [setLabel])).compile({ checkpointer: new MemorySaver() });
  const config = { configurable: { thread_id: '1' } };
  const result = await tollgate.run({ initiator: SAM }, async (run) => {
    const paused = await graph.invoke({ messages: HELLO }, config);
    expect(Reflect.get(paused, '__interrupt__')).toMatchObject([{ value: { question: 'really?' } }]);
    expect(executed).toEqual([]);
    expect(run.refusals()).toEqual([]);
    const { messages } = await graph.invoke(new Command({ resume: 'yes' }), config);
    return messages.at(-1)?.content;
  });
  expect(result).toMatchObject({ status: 'completed', output: 'done' });
  expect(executed).toEqual([[DONE, 'yes']]);
  const records = (await recordsOf(tollgate, result.runId)).map(({ record }) => record);
  expect(
    records
      .filter(({ tool: name }) => name === 'set_label')
      .map(({ kind, call_id, outcome }) => [kind, call_id, outcome]),
  ).toEqual([
    ['gate_decided', 'i', undefined],
    ['tool_finished', 'i', 'unknown'],
    ['gate_decided', 'i#2', undefined],
    ['tool_finished', 'i#2', 'succeeded'],
  ]);
});

test('interrupt() and direct invocation: the interrupt is the caller’s, never swallowed', async () => {
  const tollgate = await house.start();
  const setLabel = tool(async () => interrupt('?'), { name: 'set_label', schema: LABEL });
  const [gated] = gateTools(tollgate, [setLabel]);
  let caught: unknown;
  const graph = new StateGraph(MessagesAnnotation)
    .addNode('n', async () => {
      await gated.invoke(DONE).catch((error: unknown) => {
        caught = error;
        throw error;
      });
      return {};
    })
    .addEdge(START, 'n')
    .compile({ checkpointer: new MemorySaver() });
  await tollgate.run({ initiator: SAM }, () =>
    graph.invoke({ messages: [] }, { configurable: { thread_id: '2' } }),
  );
  expect(isGraphInterrupt(caught)).toBe(true);
});

test('outside of a run nothing is executed and nothing is asked', async () => {
  const tollgate = await house.start();
  let executed = 0;
  const setLabel = tool(async () => ++executed, { name: 'set_label', schema: LABEL });
  const scripted = new ScriptedChatModel([{ text: 'x' }]);
  const [gated] = gateTools(tollgate, [setLabel]);
  await expect(gated.invoke(DONE)).rejects.toThrow('outside of tollgate.run');
  await expect(meterModel(tollgate, scripted).invoke(HELLO)).rejects.toThrow('outside of tollgate.run');
  expect([executed, scripted.asked]).toEqual([0, 0]);
});
