import { Agent } from '@mastra/core/agent';
import { Mastra } from '@mastra/core/mastra';
import { InMemoryStore } from '@mastra/core/storage';
import { createTool } from '@mastra/core/tools';
import { createStep, createWorkflow } from '@mastra/core/workflows';
import { TollgateError } from '@tollgate/contract';
import { tool as aiSdkTool } from 'ai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { gateTools, meterModel } from '../../src/adapters/mastra.ts';
import { type Tollgate, ToolRefused } from '../../src/index.ts';
import { type House, openHouse, SAM } from '../support/house.ts';
import { chainOf } from '../support/spans.ts';
import { INTERNAL_WORKFLOW } from '../support/workflows.ts';
import { type Answer, modelOfV2, scriptedModel } from './mastra/scripted-model.ts';

process.env['MASTRA_TELEMETRY_DISABLED'] = '1';

let house: House;
beforeAll(async () => {
  house = await openHouse(INTERNAL_WORKFLOW);
});
afterAll(() => house.close());

const LABEL = z.object({ ticket: z.string(), label: z.string() });
const DONE = { ticket: 'T-1', label: 'done' };
const call = (args: unknown, id = 'call-1', tool = 'set_label'): Answer => ({
  calls: [{ id, tool, json: typeof args === 'string' ? args : JSON.stringify(args) }],
});

/** `set_label`, and what it was executed with. */
function labeller(more: { requireApproval?: boolean } = {}) {
  const seen: unknown[] = [];
  const set_label = createTool({
    id: 'set_label',
    description: 'labels a ticket',
    inputSchema: LABEL,
    outputSchema: z.object({ labelled: z.string() }),
    ...more,
    execute: async (input, context) => {
      seen.push([input, context?.agent?.toolCallId]);
      return { labelled: input.ticket };
    },
  });
  return { seen, set_label };
}

function agentOf(
  tollgate: Tollgate,
  answers: readonly Answer[],
  tools: Record<string, ReturnType<typeof labeller>['set_label']>,
) {
  const scripted = scriptedModel(answers);
  const agent = new Agent({
    id: 'support',
    name: 'support',
    instructions: 'label tickets',
    // So that each call reserves what it can cost.
    defaultOptions: { modelSettings: { maxOutputTokens: 500 } },
    model: meterModel(tollgate, scripted.model),
    tools,
  });
  return { agent, scripted };
}

/** Without an agent there is little of a context. */
async function byHand(tool: { execute?: unknown }, input: unknown): Promise<unknown> {
  return Reflect.apply(Object(tool.execute), tool, [input, {}]);
}

async function recordsOf(tollgate: Tollgate, runId: string) {
  await tollgate.flush();
  return chainOf(house.spans(), runId);
}

test('generate: tools behind the gate, each model call metered once, one chain', async () => {
  const tollgate = await house.start();
  const { seen, set_label } = labeller();
  const { agent } = agentOf(
    tollgate,
    [call(DONE), { text: 'It is done.' }],
    gateTools(tollgate, { set_label }),
  );
  const result = await tollgate.run({ initiator: SAM }, async () => (await agent.generate('close T-1')).text);
  expect(result).toMatchObject({ status: 'completed', output: 'It is done.' });
  expect(seen).toEqual([[DONE, 'call-1']]);
  const chain = await recordsOf(tollgate, result.runId);
  expect(chain.map(({ record }) => record.kind)).toEqual([
    'run_started',
    'model_called',
    'gate_decided',
    'tool_finished',
    'model_called',
    'run_sealed',
  ]);
  expect(chain[2]?.record.call_id).toBe('call-1');
  expect(chain[3]?.attributes['tollgate.content.result']).toContain('T-1');
  expect(chain[1]?.record).toMatchObject({
    model: 'gpt-4o-mini',
    usage: {
      input_tokens: 100,
      output_tokens: 20,
      cache_read_tokens: 40,
      cache_creation_tokens: 10,
      reasoning_tokens: 5,
    },
    cost: { source: 'local' },
  });
  expect(chain[1]?.attributes).toMatchObject({
    'gen_ai.provider.name': 'openai',
    'gen_ai.response.id': 'resp-1',
  });
});

test('stream: eager tools are gated, usage is read at the end, the text is on record', async () => {
  const tollgate = await house.start();
  const { seen, set_label } = labeller();
  const bad = call({ ...DONE, label: 'urgent' }, 'bad');
  const { agent, scripted } = agentOf(
    tollgate,
    [bad, call(DONE), { text: 'Done it is.' }],
    gateTools(tollgate, { set_label }),
  );
  const result = await tollgate.run({ initiator: SAM }, async () => {
    const stream = await agent.stream('label it');
    let text = '';
    for await (const part of stream.textStream) text += part;
    return text;
  });
  expect(result).toMatchObject({ status: 'completed', output: 'Done it is.' });
  expect(seen).toEqual([[DONE, 'call-1']]);
  expect(JSON.stringify(scripted.read[1])).toContain('out_of_scope');
  const calls = (await recordsOf(tollgate, result.runId)).filter(
    ({ record }) => record.kind === 'model_called',
  );
  expect(calls.map(({ record }) => record.usage?.input_tokens)).toEqual([100, 100, 100]);
  expect(calls[2]?.attributes['tollgate.content.output']).toContain('Done it is.');
});

test('arguments that the schema turns down, or that are no JSON, are refused on record and never repaired', async () => {
  const tollgate = await house.start();
  const { seen, set_label } = labeller();
  const wrong = ['{"ticket":7}', "{ticket:'T-1',label:'done'}", '{"ticket":"T-1"', ''];
  const answers = [...wrong.map((json, nth) => call(json, `w${nth}`)), { text: 'sorry' }];
  for (const way of ['generate', 'stream'] as const) {
    const { agent, scripted } = agentOf(tollgate, answers, gateTools(tollgate, { set_label }));
    const result = await tollgate.run({ initiator: SAM }, async () => {
      const options = { maxSteps: 10 };
      if (way === 'generate') return (await agent.generate('x', options)).text;
      return (await agent.stream('x', options)).text;
    });
    expect(result).toMatchObject({ output: 'sorry' });
    const records = (await recordsOf(tollgate, result.runId)).map(({ record }) => record);
    expect(
      records.filter(({ kind }) => kind === 'gate_decided').map(({ verdict, call_id }) => [verdict, call_id]),
    ).toEqual(wrong.map((_, nth) => ['deny', `w${nth}`]));
    expect(records.filter(({ kind }) => kind === 'tool_finished')).toEqual([]);
    expect(JSON.stringify(scripted.read.at(-1))).toContain('was refused');
  }
  expect(seen).toEqual([]);
});

test('the gate decides on what the schema makes of the arguments, and the schema does not touch them again', async () => {
  const tollgate = await house.start();
  let asked = 0;
  const given: unknown[] = [];
  const set_label = createTool({
    id: 'set_label',
    description: 'x',
    inputSchema: z.object({ ticket: z.string(), label: z.string().default('open') }).transform((args) => {
      asked += 1;
      return { ...args, label: asked === 1 ? args.label : 'urgent' };
    }),
    execute: async (input) => given.push(input),
  });
  const { set_label: gated } = gateTools(tollgate, { set_label });
  const result = await tollgate.run({ initiator: SAM }, async () => byHand(gated, { ticket: 'T-1' }));
  expect(result.error).toBeUndefined();
  expect(given).toEqual([{ ticket: 'T-1', label: 'open' }]);
  expect(asked).toBe(1);
  expect(set_label.inputSchema).toBeDefined();
});

test('requireApproval pauses as ever, and whatever it is told, the gate rules', async () => {
  const tollgate = await house.start();
  const { seen, set_label } = labeller({ requireApproval: true });
  const answers = [call({ ...DONE, label: 'urgent' }), { text: 'I may not.' }];
  const { agent, scripted } = agentOf(tollgate, answers, gateTools(tollgate, { set_label }));
  new Mastra({ agents: { agent }, storage: new InMemoryStore(), logger: false });
  const result = await tollgate.run({ initiator: SAM }, async (run) => {
    const paused = await agent.generate('make it urgent');
    expect(paused.finishReason).toBe('suspended');
    expect(run.refusals()).toEqual([]);
    const { runId = '' } = paused;
    return (await agent.approveToolCallGenerate({ runId, toolCallId: 'call-1' })).text;
  });
  expect(result).toMatchObject({ output: 'I may not.' });
  expect(seen).toEqual([]);
  expect(JSON.stringify(scripted.read.at(-1))).toContain('out_of_scope');
});

test('a tool that suspends is neither success nor failure, and gated anew when it resumes', async () => {
  const tollgate = await house.start();
  const resumed: unknown[] = [];
  const set_label = createTool({
    id: 'set_label',
    description: 'x',
    inputSchema: LABEL,
    suspendSchema: z.object({ question: z.string() }),
    resumeSchema: z.object({ yes: z.boolean() }),
    execute: async (_, context) => {
      const answer = context?.workflow?.resumeData ?? context?.agent?.resumeData;
      if (answer === undefined) return context?.agent?.suspend({ question: 'really?' });
      resumed.push(answer);
      return 'labelled';
    },
  });
  const scripted = scriptedModel([call(DONE), { text: 'done' }]);
  const agent = new Agent({
    id: 'support',
    name: 'support',
    instructions: 'x',
    model: meterModel(tollgate, scripted.model),
    tools: gateTools(tollgate, { set_label }),
  });
  new Mastra({ agents: { agent }, storage: new InMemoryStore(), logger: false });
  const result = await tollgate.run({ initiator: SAM }, async () => {
    const paused = await agent.generate('label it');
    expect(paused.finishReason).toBe('suspended');
    const { runId = '' } = paused;
    return (await agent.resumeGenerate({ yes: true }, { runId, toolCallId: 'call-1' })).text;
  });
  expect(result).toMatchObject({ output: 'done' });
  expect(resumed).toEqual([{ yes: true }]);
  const records = (await recordsOf(tollgate, result.runId)).map(({ record }) => record);
  expect(
    records.filter(({ kind }) => kind === 'tool_finished').map(({ call_id, outcome }) => [call_id, outcome]),
  ).toEqual([
    ['call-1', 'unknown'],
    ['call-1#2', 'succeeded'],
  ]);
});

test('a workflow’s step and a call by hand are the gate too', async () => {
  const tollgate = await house.start();
  const { seen, set_label } = labeller();
  const { set_label: gated } = gateTools(tollgate, { set_label });
  const workflow = createWorkflow({ id: 'w', inputSchema: LABEL, outputSchema: z.any() })
    .then(createStep(gated))
    .commit();
  const result = await tollgate.run({ initiator: SAM }, async () => {
    await expect(byHand(gated, { ...DONE, label: 'urgent' })).rejects.toBeInstanceOf(ToolRefused);
    const play = async (inputData: typeof DONE) =>
      (await (await workflow.createRun()).start({ inputData })).status;
    return [await play(DONE), await play({ ...DONE, label: 'urgent' })];
  });
  expect(result).toMatchObject({ output: ['success', 'failed'] });
  expect(seen.map((call) => (call as unknown[])[0])).toEqual([DONE]);
});

test('hooks see the call, and what they change or throw gets round nothing', async () => {
  const tollgate = await house.start();
  const { seen, set_label } = labeller();
  const scripted = scriptedModel([call({ ...DONE, label: 'urgent' }), { text: 'x' }]);
  let hooked = 0;
  const agent = new Agent({
    id: 'support',
    name: 'support',
    instructions: 'x',
    model: meterModel(tollgate, scripted.model),
    tools: gateTools(tollgate, { set_label }),
    hooks: {
      beforeToolCall: () => {
        hooked += 1;
      },
      afterToolCall: () => {
        throw new Error('broken hook');
      },
    },
  });
  const result = await tollgate.run({ initiator: SAM }, async (run) => {
    await agent.generate('x');
    return run.refusals().map(({ reason }) => reason);
  });
  expect(result).toMatchObject({ output: ['out_of_scope'] });
  expect([hooked, seen]).toEqual([1, []]);
});

test('models of specification v2 stay v2; their cached tokens are counted in', async () => {
  const tollgate = await house.start();
  const model = meterModel(tollgate, modelOfV2('Hello'));
  expect(model.specificationVersion).toBe('v2');
  const agent = new Agent({ id: 'a', name: 'a', instructions: 'x', model });
  const result = await tollgate.run({ initiator: SAM }, async () => [
    (await agent.generate('x')).text,
    await (await agent.stream('x')).text,
  ]);
  expect(result).toMatchObject({ output: ['Hello', 'Hello'] });
  const calls = (await recordsOf(tollgate, result.runId)).filter(
    ({ record }) => record.kind === 'model_called',
  );
  expect(calls.map(({ record }) => record.usage)).toEqual(
    Array(2).fill({
      input_tokens: 100,
      output_tokens: 20,
      cache_read_tokens: 40,
      cache_creation_tokens: 10,
      reasoning_tokens: 5,
    }),
  );
  expect(calls[0]?.attributes['gen_ai.provider.name']).toBe('anthropic');
});

test('what describes the tools counts towards what a call can cost', async () => {
  const tollgate = await house.start();
  const scripted = scriptedModel([{ text: 'Hello' }], 'gpt-4');
  const { set_label } = labeller();
  const wordy = { ...set_label, description: 'how to label '.repeat(3000) };
  const agent = new Agent({
    id: 'support',
    name: 'support',
    instructions: 'label tickets',
    defaultOptions: { modelSettings: { maxOutputTokens: 10 } },
    model: meterModel(tollgate, scripted.model),
    tools: gateTools(tollgate, { set_label: wordy }),
  });
  const result = await tollgate.run({ initiator: SAM }, () => agent.generate('hi'));
  expect(result).toMatchObject({ status: 'over_budget' });
  expect(scripted.asked()).toBe(0);
});

test('a stream that is aborted is unknown usage', async () => {
  const tollgate = await house.start();
  const { agent } = agentOf(tollgate, [{ text: 'a long answer', hangs: true }], {});
  const controller = new AbortController();
  const result = await tollgate.run({ initiator: SAM }, async () => {
    const stream = await agent.stream('x', { abortSignal: controller.signal });
    for await (const _ of stream.textStream) controller.abort();
  });
  const calls = (await recordsOf(tollgate, result.runId)).filter(
    ({ record }) => record.kind === 'model_called',
  );
  expect(calls.map(({ record }) => [record.usage, record.cost?.usd, record.outcome])).toEqual([
    [{}, null, 'failed'],
  ]);
});

test('AI SDK tools are gated as well; what no gate can stand before is not let through unnoticed', async () => {
  const tollgate = await house.start();
  let executed = 0;
  const set_label = Reflect.apply(aiSdkTool, undefined, [
    { inputSchema: LABEL, execute: async () => ++executed },
  ]);
  const { set_label: gated } = gateTools(tollgate, { set_label });
  const scripted = scriptedModel([call({ ...DONE, label: 'urgent' }), call(DONE, 'ok'), { text: 'x' }]);
  const agent = new Agent({
    id: 'a',
    name: 'a',
    instructions: 'x',
    defaultOptions: { modelSettings: { maxOutputTokens: 500 } },
    model: meterModel(tollgate, scripted.model),
    tools: { set_label: gated },
  });
  const result = await tollgate.run({ initiator: SAM }, async (run) => {
    await agent.generate('x');
    return run.refusals().length;
  });
  expect(result).toMatchObject({ output: 1 });
  expect(executed).toBe(1);
  const answer = createTool({ id: 'answer', description: 'x', inputSchema: LABEL });
  expect(() => gateTools(tollgate, { answer })).toThrow(TollgateError);
  expect(gateTools(tollgate, { answer }, { passThrough: ['answer'] }).answer).toBe(answer);
  const search = {
    type: 'provider-defined' as const,
    id: 'openai.web_search' as const,
    name: 'web_search',
    args: {},
  };
  expect(() => gateTools(tollgate, { search })).toThrow(TollgateError);
  expect(() => meterModel(tollgate, 'openai/gpt-4o-mini' as never)).toThrow('ModelRouterLanguageModel');
});
