import {
  Agent,
  type AgentInputItem,
  Handoff,
  MCPServerStdio,
  type ModelProvider,
  Runner,
  tool,
  Usage,
} from '@openai/agents';
import {
  assistantMessage,
  functionCall,
  modelError,
  modelStream,
  ScriptedModel,
} from '@openai/agents/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { gateAgent, gateTools, meterModel, meterProvider } from '../../src/adapters/openai-agents.ts';
import { type Tollgate, ToolRefused } from '../../src/index.ts';
import { type House, openHouse, SAM } from '../support/house.ts';
import { chainOf } from '../support/spans.ts';
import { INTERNAL_WORKFLOW } from '../support/workflows.ts';
import { examplePath } from './run-example.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse(INTERNAL_WORKFLOW);
});
afterAll(() => house.close());

const gpt = { provider: 'openai', model: 'gpt-4o-mini' };
const usage = () =>
  new Usage({
    inputTokens: 100,
    outputTokens: 20,
    inputTokensDetails: [{ cached_tokens: 40, cache_write_tokens: 10 }],
    outputTokensDetails: [{ reasoning_tokens: 5 }],
  });
const providerData = { model: 'gpt-4o-mini-2024-07-18' };
const answer = (...output: ReturnType<typeof functionCall | typeof assistantMessage>[]) => ({
  usage: usage(),
  output,
  responseId: 'resp-1',
  providerData,
});
const call = (name: string, args: string | Record<string, unknown>, callId = 'call-1') =>
  answer(functionCall(name, args, { callId }));
const say = (text: string) => answer(assistantMessage(text));

/** A tool of class 2, and what it was really asked to do. */
function labelTool(
  parameters: z.ZodType<{ ticket: string; label: string }> & z.ZodObject = z.object({
    ticket: z.string(),
    label: z.string(),
  }),
) {
  const executed: unknown[] = [];
  const label = tool({
    name: 'set_label',
    description: 'labels a ticket',
    parameters,
    execute: async (args) => {
      executed.push(args);
      if (args.ticket === 'T-500') throw new Error('no such ticket');
      return 'labelled';
    },
  });
  return { label, executed };
}

const runner = new Runner({ tracingDisabled: true });

async function recordsOf(tollgate: { flush(): Promise<void> }, runId: string) {
  await tollgate.flush();
  return chainOf(house.spans(), runId).map(({ record }) => record);
}

/** What the model got to read of the tools. */
function readBy(model: ScriptedModel): string {
  const input = model.lastCall?.request.input as AgentInputItem[];
  return JSON.stringify(input.filter((item) => item.type === 'function_call_result'));
}

test.each([
  ['run', false],
  ['stream', true],
])('%s: tools behind the gate, each model call metered, one chain', async (_, stream) => {
  const tollgate = await house.start();
  const { label, executed } = labelTool();
  const scripted = new ScriptedModel([
    call('set_label', { ticket: 'T-1', label: 'done' }),
    say('It is done.'),
  ]);
  const agent = new Agent({
    name: 'labeller',
    model: meterModel(tollgate, scripted, gpt),
    tools: gateTools(tollgate, [label]),
  });
  const result = await tollgate.run({ initiator: SAM }, async () => {
    if (!stream) return (await runner.run(agent, 'close T-1')).finalOutput;
    const streamed = await runner.run(agent, 'close T-1', { stream: true });
    await streamed.completed;
    return streamed.finalOutput;
  });
  expect(result).toMatchObject({ status: 'completed', output: 'It is done.' });
  expect(executed).toEqual([{ ticket: 'T-1', label: 'done' }]);
  const records = await recordsOf(tollgate, result.runId);
  expect(records.map(({ kind }) => kind)).toEqual([
    'run_started',
    'model_called',
    'gate_decided',
    'tool_finished',
    'model_called',
    'run_sealed',
  ]);
  expect(records[1]).toMatchObject({
    model: 'gpt-4o-mini-2024-07-18',
    usage: {
      input_tokens: 100,
      output_tokens: 20,
      cache_read_tokens: 40,
      cache_creation_tokens: 10,
      reasoning_tokens: 5,
    },
    cost: { source: 'local' },
  });
  expect(records[2]).toMatchObject({ call_id: 'call-1', enforcement: 'executed' });
  const [chat] = chainOf(house.spans(), result.runId).filter(({ record }) => record.kind === 'model_called');
  expect(chat?.attributes['gen_ai.response.id']).toBe('resp-1');
});

test.each([
  ['outside its scope', { ticket: 'T-1', label: 'urgent' }, 'out_of_scope'],
  ['against its parameters', { ticket: 7 }, 'out_of_scope'],
  ['that are no object', '"T-1"', 'out_of_scope'],
])('arguments %s are refused on record, and in words', async (_, args, reason) => {
  const tollgate = await house.start();
  const { label, executed } = labelTool();
  const scripted = new ScriptedModel([call('set_label', args), say('I may not.')]);
  const agent = new Agent({ name: 'a', model: scripted, tools: gateTools(tollgate, [label]) });
  const result = await tollgate.run({ initiator: SAM }, async (run) => {
    await runner.run(agent, 'make it urgent');
    return run.refusals().map((refused) => refused.reason);
  });
  expect(result.output).toEqual([reason]);
  expect(readBy(scripted)).toContain(`(${reason})`);
  expect(executed).toEqual([]);
});

const meteredAgent = (
  tollgate: Tollgate,
  scripted: ScriptedModel,
  label: ReturnType<typeof labelTool>['label'],
) =>
  new Agent({
    name: 'a',
    model: meterModel(tollgate, scripted, gpt),
    tools: gateTools(tollgate, [label]),
  });

test('arguments that are no JSON never reach a tool, and are on record where the model is metered', async () => {
  const tollgate = await house.start();
  const { label, executed } = labelTool();
  const scripted = new ScriptedModel([call('set_label', '{"ticket": "T-'), say('Sorry.')]);
  const agent = meteredAgent(tollgate, scripted, label);
  const result = await tollgate.run({ initiator: SAM }, async () => {
    await runner.run(agent, 'close it');
  });
  expect(executed).toEqual([]);
  const records = await recordsOf(tollgate, result.runId);
  expect(records[2]).toMatchObject({
    tool: 'set_label',
    call_id: 'call-1',
    reason: 'arguments_not_i_json',
    enforcement: 'blocked',
  });
  await expect(
    tollgate.run({ initiator: SAM }, async () =>
      Reflect.apply(label.invoke, label, [undefined, '{"ticket"']),
    ),
  ).resolves.toMatchObject({ output: expect.stringContaining('arguments_not_i_json') });
});

test('malformed arguments are quoted in no record', async () => {
  const tollgate = await house.start();
  const { label } = labelTool();
  const scripted = new ScriptedModel([call('set_label', 'hunter2'), say('Sorry.')]);
  const agent = meteredAgent(tollgate, scripted, label);
  const result = await tollgate.run({ initiator: SAM }, async () => {
    await runner.run(agent, 'close it');
    await Reflect.apply(label.invoke, label, [undefined, 'hunter2']);
  });
  const records = await recordsOf(tollgate, result.runId);
  expect(records.filter(({ reason }) => reason === 'arguments_not_i_json').length).toBe(2);
  expect(JSON.stringify(records)).not.toContain('hunter2');
});

test('what the tool’s own parameters make of the arguments is what is decided on, and what is executed', async () => {
  const tollgate = await house.start();
  const defaulting = z.object({ ticket: z.string().trim(), label: z.string().default('urgent') });
  const { label, executed } = labelTool(defaulting);
  const scripted = new ScriptedModel([
    call('set_label', { ticket: 'T-1' }, 'a'),
    call('set_label', { ticket: ' T-2 ', label: 'done', more: true }, 'b'),
    say('ok'),
  ]);
  const agent = new Agent({ name: 'a', model: scripted, tools: gateTools(tollgate, [label]) });
  await tollgate.run({ initiator: SAM }, () => runner.run(agent, 'x'));
  expect(executed).toEqual([{ ticket: 'T-2', label: 'done' }]);
  expect(readBy(scripted)).toContain('label');
});

test('parameters that go on changing what they have parsed are refused', async () => {
  const tollgate = await house.start();
  const growing = z.object({ ticket: z.string().overwrite((ticket) => `${ticket}1`), label: z.string() });
  const { label, executed } = labelTool(growing);
  const scripted = new ScriptedModel([call('set_label', { ticket: 'T-1', label: 'done' }), say('ok')]);
  const agent = new Agent({ name: 'a', model: scripted, tools: gateTools(tollgate, [label]) });
  await tollgate.run({ initiator: SAM }, () => runner.run(agent, 'x'));
  expect(executed).toEqual([]);
  expect(readBy(scripted)).toContain('leave what they have parsed');
});

test('a tool that the application made by hand is executed behind the gate, and nowhere before', async () => {
  const tollgate = await house.start();
  const executed: unknown[] = [];
  const byHand = {
    ...labelTool().label,
    invoke: async (_: unknown, input: string) => {
      executed.push(JSON.parse(input));
      return 'labelled';
    },
  };
  const scripted = new ScriptedModel([
    call('set_label', { ticket: 'T-1', label: 'urgent' }, 'a'),
    call('set_label', { ticket: 'T-2', label: 'done' }, 'b'),
    say('ok'),
  ]);
  const agent = new Agent({ name: 'a', model: scripted, tools: gateTools(tollgate, [byHand]) });
  const result = await tollgate.run({ initiator: SAM }, async (run) => {
    await runner.run(agent, 'x');
    return run.refusals().map(({ reason }) => reason);
  });
  expect(executed).toEqual([{ ticket: 'T-2', label: 'done' }]);
  expect(result.output).toEqual(['out_of_scope']);
});

test('a tool of the application’s own class is executed as the object that it is', async () => {
  const tollgate = await house.start();
  class Labeller {
    readonly type = 'function';
    readonly name = 'set_label';
    readonly description = 'labels a ticket';
    readonly parameters = {
      type: 'object' as const,
      properties: {},
      required: [],
      additionalProperties: true,
    };
    readonly strict = false;
    readonly executed: unknown[] = [];
    needsApproval = async () => false;
    isEnabled = async () => true;
    note(args: unknown) {
      this.executed.push(args);
      return 'labelled';
    }
    async invoke(_: unknown, input: string) {
      return this.note(JSON.parse(input));
    }
  }
  const labeller = new Labeller();
  const scripted = new ScriptedModel([call('set_label', { ticket: 'T-2', label: 'done' }), say('ok')]);
  const agent = new Agent({ name: 'a', model: scripted, tools: gateTools(tollgate, [labeller]) as never });
  await tollgate.run({ initiator: SAM }, () => runner.run(agent, 'x'));
  expect(labeller.executed).toEqual([{ ticket: 'T-2', label: 'done' }]);
});

test('a tool in a hand-made wrapper does not get other arguments than those that were decided on', async () => {
  const tollgate = await house.start();
  const defaulting = z.object({ ticket: z.string(), label: z.string().overwrite(() => 'urgent') });
  const { label, executed } = labelTool(defaulting);
  const wrapped = {
    ...label,
    invoke: (...given: Parameters<typeof label.invoke>) => label.invoke(...given),
  };
  const scripted = new ScriptedModel([call('set_label', { ticket: 'T-1', label: 'done' }), say('ok')]);
  const agent = new Agent({ name: 'a', model: scripted, tools: gateTools(tollgate, [wrapped]) });
  const result = await tollgate.run({ initiator: SAM }, async () => {
    await runner.run(agent, 'x');
  });
  expect(executed).toEqual([]);
  const records = await recordsOf(tollgate, result.runId);
  expect(records.flatMap(({ outcome }) => outcome ?? [])).toEqual(['failed']);
});

test.each([
  ['without tracing', true],
  ['with tracing', false],
])(
  'a tool that fails is a failed outcome, although the SDK makes words of it, %s',
  async (_, tracingDisabled) => {
    const tollgate = await house.start();
    const { label } = labelTool();
    const scripted = new ScriptedModel([
      call('set_label', { ticket: 'T-500', label: 'done' }),
      say('Sorry.'),
    ]);
    const agent = new Agent({ name: 'a', model: scripted, tools: gateTools(tollgate, [label]) });
    const result = await tollgate.run({ initiator: SAM }, async () => {
      await new Runner({ tracingDisabled }).run(agent, 'x');
    });
    expect(readBy(scripted)).toContain('An error occurred');
    const records = await recordsOf(tollgate, result.runId);
    expect(records.flatMap(({ outcome }) => outcome ?? [])).toEqual(['failed']);
  },
);

test('a timeout counts from the permit on; what timed out is unknown', async () => {
  const tollgate = await house.start();
  const reply = tool({
    name: 'send_reply',
    description: 'x',
    parameters: z.object({ to: z.string(), text: z.string() }),
    timeoutMs: 300,
    execute: async ({ text }) => {
      if (text === 'slow') await new Promise((resolve) => setTimeout(resolve, 600));
      return 'sent';
    },
  });
  const to = 'kim@example.com';
  const scripted = new ScriptedModel([
    call('send_reply', { to, text: 'fast' }, 'a'),
    call('send_reply', { to, text: 'slow' }, 'b'),
    say('done'),
  ]);
  const agent = new Agent({ name: 'a', model: scripted, tools: gateTools(tollgate, [reply]) });
  const options = { initiator: SAM, initiatorToken: house.tokenOf(SAM) };
  const running = tollgate.run(options, async () => {
    await runner.run(agent, 'x');
  });
  await house.nextWaiting();
  await new Promise((resolve) => setTimeout(resolve, 400));
  await house.decideNext('approve', 'fine');
  await new Promise((resolve) => setTimeout(resolve, 100));
  await house.decideNext('approve', 'fine');
  const result = await running;
  expect(result.status).toBe('completed');
  expect(readBy(scripted)).toContain('timed out after 300ms');
  const records = await recordsOf(tollgate, result.runId);
  expect(records.flatMap(({ outcome }) => outcome ?? [])).toEqual(['succeeded', 'unknown']);
});

test.each([false, true])('needsApproval %s: the gate holds all the same', async (needsApproval) => {
  const tollgate = await house.start();
  let executed = 0;
  const blocked = tool({
    name: 'delete_ticket',
    description: 'x',
    parameters: z.object({}),
    needsApproval,
    execute: async () => {
      executed += 1;
      return 'deleted';
    },
  });
  const scripted = new ScriptedModel([call('delete_ticket', {}), say('no')]);
  const agent = new Agent({ name: 'a', model: scripted, tools: gateTools(tollgate, [blocked]) });
  await tollgate.run({ initiator: SAM }, async () => {
    let result = await runner.run(agent, 'x');
    for (const item of result.interruptions) result.state.approve(item);
    if (result.interruptions.length > 0) result = await runner.run(agent, result.state);
  });
  expect(executed).toBe(0);
  expect(readBy(scripted)).toContain('tool_blocked');
});

test('tools that execute where no gate can stand are not let through unnoticed', async () => {
  const tollgate = await house.start();
  const hosted = { type: 'hosted_tool' as const, name: 'web_search', providerData: {} };
  const shell = { type: 'shell' as const, name: 'shell', environment: { type: 'local' as const } };
  expect(() => gateTools(tollgate, [hosted])).toThrow(/no gate can stand/);
  expect(gateTools(tollgate, [hosted], { passThrough: ['web_search'] })).toEqual([hosted]);
  expect(() => gateTools(tollgate, [shell], { passThrough: ['shell'] })).toThrow(/no gate can stand/);
  const other = await house.start();
  const { label } = labelTool();
  gateTools(tollgate, gateTools(tollgate, [label]));
  expect(() => gateTools(other, [label])).toThrow(/another workflow/);
});

test('an agent as a tool: its own tools are gated first, and its model calls are metered', async () => {
  const tollgate = await house.start();
  const { label, executed } = labelTool();
  const modelSettings = { maxTokens: 100 };
  const inner = new Agent({
    name: 'classify',
    modelSettings,
    model: meterModel(
      tollgate,
      new ScriptedModel([call('set_label', { ticket: 'T-1', label: 'no' }), say('in')]),
      gpt,
    ),
    tools: [label],
  });
  expect(() => gateTools(tollgate, [inner.asTool({ toolName: 'classify' })])).toThrow(/not behind the gate/);
  const outer = new Agent({
    name: 'outer',
    modelSettings,
    model: meterModel(tollgate, new ScriptedModel([call('classify', { input: 'x' }), say('out')]), gpt),
    tools: [gateAgent(tollgate, inner).asTool({ toolName: 'classify' })],
  });
  gateAgent(tollgate, outer);
  const result = await tollgate.run(
    { initiator: SAM },
    async () => (await runner.run(outer, 'x')).finalOutput,
  );
  expect(result).toMatchObject({ status: 'completed', output: 'out' });
  expect(executed).toEqual([]);
  const records = await recordsOf(tollgate, result.runId);
  expect(records.filter(({ kind }) => kind === 'model_called').length).toBe(4);
  expect(
    records.flatMap(({ tool: name, enforcement }) => (enforcement ? [`${name} ${enforcement}`] : [])),
  ).toEqual(['classify executed', 'set_label blocked']);
});

test('handoffs: the agents behind them are gated, those that are only decided on then included', async () => {
  const tollgate = await house.start();
  for (const late of [false, true]) {
    const { label, executed } = labelTool();
    const scripted = new ScriptedModel([call('set_label', { ticket: 'T-1', label: 'no' }), say('done')]);
    const second = new Agent({ name: 'second', model: scripted, tools: [label] });
    const handoff = late ? new Handoff(new Agent({ name: 'second' }), () => second) : second;
    const first = new Agent({
      name: 'first',
      model: new ScriptedModel([call('transfer_to_second', {}, 'h')]),
      handoffs: [handoff],
    });
    gateAgent(tollgate, first);
    await tollgate.run({ initiator: SAM }, () => runner.run(first, 'x'));
    expect(executed).toEqual([]);
    expect(readBy(scripted)).toContain('out_of_scope');
  }
});

test('a tool that an agent gets later is gated when it runs', async () => {
  const tollgate = await house.start();
  const { label, executed } = labelTool();
  const scripted = new ScriptedModel([call('set_label', { ticket: 'T-1', label: 'no' }), say('done')]);
  const agent = gateAgent(tollgate, new Agent({ name: 'a', model: scripted }));
  agent.tools.push(label);
  await tollgate.run({ initiator: SAM }, () => runner.run(agent, 'x'));
  expect(executed).toEqual([]);
  expect(readBy(scripted)).toContain('out_of_scope');
});

test('a clone of an agent is gated as well, and the tools that it alone has', async () => {
  const tollgate = await house.start();
  const { label, executed } = labelTool();
  const agent = gateAgent(tollgate, new Agent({ name: 'a', tools: [] }));
  const scripted = new ScriptedModel([call('set_label', { ticket: 'T-1', label: 'urgent' }), say('ok')]);
  const clone = agent.clone({ model: scripted, tools: [label] });
  await tollgate.run({ initiator: SAM }, () => runner.run(clone, 'x'));
  expect(executed).toEqual([]);
  expect(readBy(scripted)).toContain('out_of_scope');
});

test('the tools of an agent’s MCP servers are gated', async () => {
  const tollgate = await house.start();
  const server = new MCPServerStdio({ command: process.execPath, args: [examplePath('mcp-tickets.ts')] });
  await server.connect();
  try {
    const scripted = new ScriptedModel([
      answer(
        functionCall('set_label', { ticket: 'T-1', label: 'no' }, { callId: 'a' }),
        functionCall('set_label', { ticket: 'T-1', label: 'done' }, { callId: 'b' }),
      ),
      say('done'),
    ]);
    const agent = gateAgent(tollgate, new Agent({ name: 'a', model: scripted, mcpServers: [server] }));
    const result = await tollgate.run({ initiator: SAM }, async () => {
      await runner.run(agent, 'x');
    });
    expect(readBy(scripted)).toContain('out_of_scope');
    expect(readBy(scripted)).toContain('T-1 is done');
    const records = await recordsOf(tollgate, result.runId);
    expect(records.flatMap(({ enforcement }) => enforcement ?? []).toSorted()).toEqual([
      'blocked',
      'executed',
    ]);
  } finally {
    await server.close();
  }
});

test('models that are named by text are metered by their provider', async () => {
  const tollgate = await house.start();
  const provider: ModelProvider = { getModel: () => new ScriptedModel([say('hello')]) };
  const named = new Runner({ tracingDisabled: true, modelProvider: meterProvider(tollgate, provider) });
  const agent = new Agent({ name: 'a', model: 'gpt-4o-mini' });
  const result = await tollgate.run({ initiator: SAM }, async () => {
    await named.run(agent, 'x');
  });
  const records = await recordsOf(tollgate, result.runId);
  expect(records[1]).toMatchObject({
    kind: 'model_called',
    usage: { input_tokens: 100 },
    cost: { source: 'local' },
  });
});

test('no usage is unknown, and so is a stream that is broken off; neither is zero', async () => {
  const tollgate = await house.start();
  const delta = { type: 'output_text_delta' as const, delta: 'Hel' };
  async function* endless() {
    yield { type: 'response_started' as const };
    yield delta;
    await new Promise(() => {});
  }
  const scripted = new ScriptedModel([
    [assistantMessage('hello')],
    modelStream(endless()),
    modelError(new Error('x')),
  ]);
  const model = meterModel(tollgate, scripted, gpt);
  const agent = new Agent({ name: 'a', model });
  const result = await tollgate.run({ initiator: SAM }, async () => {
    await runner.run(agent, 'x');
    const controller = new AbortController();
    const streamed = await runner.run(agent, 'x', { stream: true, signal: controller.signal });
    for await (const event of streamed) if (event.type === 'raw_model_stream_event') controller.abort();
  });
  const calls = (await recordsOf(tollgate, result.runId)).filter(({ kind }) => kind === 'model_called');
  expect(calls.map(({ usage: counted, cost }) => [counted, cost?.usd])).toEqual([
    [{}, null],
    [{}, null],
  ]);
  expect(calls.map(({ outcome }) => outcome)).toEqual([undefined, 'failed']);
});

test.each([false, true])(
  'a failing model call is recorded, and its error is the agent’s; stream: %s',
  async (stream) => {
    const tollgate = await house.start();
    const model = meterModel(tollgate, new ScriptedModel([modelError(new Error('overloaded'))]), gpt);
    const agent = new Agent({ name: 'a', model });
    const result = await tollgate.run({ initiator: SAM }, async () => {
      if (!stream) return runner.run(agent, 'x');
      const streamed = await runner.run(agent, 'x', { stream: true });
      return streamed.completed;
    });
    expect(result).toMatchObject({ status: 'failed', error: { message: 'overloaded' } });
    const records = await recordsOf(tollgate, result.runId);
    expect(records[1]).toMatchObject({ kind: 'model_called', outcome: 'failed', cost: { usd: null } });
  },
);

test('a refused model call stops the run, and the refusal is its error', async () => {
  const tollgate = await house.start();
  const model = meterModel(tollgate, new ScriptedModel([say('x')]), { provider: 'openai', model: 'gpt-4o' });
  const agent = new Agent({ name: 'a', model, modelSettings: { maxTokens: 100_000_000 } });
  for (const stream of [false, true]) {
    const result = await tollgate.run({ initiator: SAM }, async () => {
      if (!stream) return runner.run(agent, 'x');
      const streamed = await runner.run(agent, 'x', { stream: true });
      return streamed.completed;
    });
    expect(result.status).toBe('over_budget');
  }
});

test('a tool with a schema for its output says in it that it was refused', async () => {
  const tollgate = await house.start();
  const make = (errorFunction: ((_: unknown, error: unknown) => { ok: boolean; why: string }) | null) =>
    tool({
      name: 'delete_ticket',
      description: 'x',
      parameters: z.object({}),
      outputSchema: z.object({ ok: z.boolean(), why: z.string() }),
      errorFunction,
      execute: async () => ({ ok: true, why: '' }),
    });
  const say_ = (_: unknown, error: unknown) => ({
    ok: false,
    why: error instanceof ToolRefused ? error.reason : '?',
  });
  const scripted = new ScriptedModel([call('delete_ticket', {}), say('no')]);
  const agent = new Agent({ name: 'a', model: scripted, tools: gateTools(tollgate, [make(say_)]) });
  await tollgate.run({ initiator: SAM }, () => runner.run(agent, 'x'));
  expect(readBy(scripted)).toContain('tool_blocked');
  const silent = new Agent({
    name: 'b',
    model: new ScriptedModel([call('delete_ticket', {})]),
    tools: gateTools(tollgate, [make(null)]),
  });
  const result = await tollgate.run({ initiator: SAM }, () => runner.run(silent, 'x'));
  expect(result).toMatchObject({
    status: 'failed',
    error: { message: expect.stringContaining('tool_blocked') },
  });
});
