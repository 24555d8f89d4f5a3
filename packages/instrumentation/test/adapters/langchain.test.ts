import { RunnableLambda } from '@langchain/core/runnables';
import { DynamicTool, StructuredTool, tool } from '@langchain/core/tools';
import { TollgateError } from '@tollgate/contract';
import { createAgent, createMiddleware } from 'langchain';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { gateTools, meterModel, tollgateMiddleware } from '../../src/adapters/langchain.ts';
import { type Tollgate, ToolRefused } from '../../src/index.ts';
import { type House, openHouse, SAM } from '../support/house.ts';
import { chainOf, ends } from '../support/spans.ts';
import { INTERNAL_WORKFLOW } from '../support/workflows.ts';
import { type Answer, ScriptedChatModel } from './langchain/scripted-chat-model.ts';

process.env['LANGSMITH_TRACING'] = 'false';

let house: House;
beforeAll(async () => {
  house = await openHouse(INTERNAL_WORKFLOW);
});
afterAll(() => house.close());

const LABEL = z.object({ ticket: z.string(), label: z.string() });
const call = (tool: string, args: unknown, id = 'call-1'): Answer => ({
  calls: [{ id, tool, json: JSON.stringify(args) }],
});
const DONE = { ticket: 'T-1', label: 'done' };

/** Tries a failing tool again. */
const retrying = (times: number) =>
  createMiddleware({
    name: 'Retrying',
    async wrapToolCall(request, handler) {
      for (let tried = 1; ; tried += 1)
        try {
          return await handler(request);
        } catch (error) {
          if (tried === times) throw error;
        }
    },
  });

/** `set_label`, and what it was executed with. */
function labeller(execute?: () => unknown) {
  const seen: unknown[] = [];
  const made = tool(
    async (args, config) => {
      seen.push([args, config.toolCall?.id]);
      return execute === undefined ? 'labelled' : execute();
    },
    { name: 'set_label', description: 'labels a ticket', schema: LABEL },
  );
  return { seen, tool: made };
}

async function recordsOf(tollgate: Tollgate, runId: string) {
  await tollgate.flush();
  return chainOf(house.spans(), runId);
}

const contents = (messages: readonly { content: unknown; getType(): string }[]) =>
  messages.filter((message) => message.getType() === 'tool').map(({ content }) => String(content));

test('createAgent: tools behind the gate, each model call metered once, one chain', async () => {
  const tollgate = await house.start();
  const { seen, tool: setLabel } = labeller();
  const scripted = new ScriptedChatModel([call('set_label', DONE), { text: 'It is done.' }]);
  const agent = createAgent({
    model: meterModel(tollgate, scripted),
    tools: gateTools(tollgate, [setLabel]),
    middleware: [tollgateMiddleware(tollgate)],
  });
  const result = await tollgate.run({ initiator: SAM }, async () => {
    const { messages } = await agent.invoke({ messages: [{ role: 'user', content: 'close T-1' }] });
    return messages.at(-1)?.content;
  });
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
  expect(chain[3]?.record.outcome).toBe('succeeded');
  expect(chain[1]?.record).toMatchObject({
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
  expect(chain[1]?.attributes).toMatchObject({
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-4o-mini',
    'gen_ai.response.id': 'resp-1',
  });
});

test('the middleware alone gates and meters what the application forgot', async () => {
  const tollgate = await house.start();
  const { seen, tool: setLabel } = labeller();
  const scripted = new ScriptedChatModel([
    call('set_label', { ...DONE, label: 'urgent' }, 'a'),
    call('set_label', DONE, 'b'),
    { text: 'ok' },
  ]);
  const agent = createAgent({
    model: scripted,
    tools: [setLabel],
    middleware: [tollgateMiddleware(tollgate)],
  });
  const result = await tollgate.run({ initiator: SAM }, async (run) => {
    const { messages } = await agent.invoke({ messages: 'label' });
    expect(contents(messages)[0]).toContain('out_of_scope');
    return run.refusals().map(({ reason }) => reason);
  });
  expect(result).toMatchObject({ output: ['out_of_scope'] });
  expect(seen).toEqual([[DONE, 'b']]);
  const kinds = (await recordsOf(tollgate, result.runId)).map(({ record }) => record.kind);
  expect(kinds.filter((kind) => kind === 'model_called').length).toBe(3);
});

test('a refusal is a message, which other middleware neither retries nor dies of', async () => {
  const tollgate = await house.start();
  const { seen, tool: setLabel } = labeller();
  const scripted = new ScriptedChatModel([
    call('set_label', { ...DONE, label: 'urgent' }),
    { text: 'I may not.' },
  ]);
  const agent = createAgent({
    model: meterModel(tollgate, scripted),
    tools: gateTools(tollgate, [setLabel]),
    middleware: [retrying(3)],
  });
  const result = await tollgate.run({ initiator: SAM }, async (run) => {
    const { messages } = await agent.invoke({ messages: 'make it urgent' });
    const [answer] = messages.filter((message) => message.getType() === 'tool');
    expect(answer).toMatchObject({ status: 'error', tool_call_id: 'call-1' });
    expect(messages.at(-1)?.content).toBe('I may not.');
    return run.refusals().length;
  });
  expect(result).toMatchObject({ output: 1 });
  expect(seen).toEqual([]);
});

test('a tool’s own failure reads as in an agent without middleware, or is thrown to the middleware further out', async () => {
  const tollgate = await house.start();
  let tries = 0;
  const { tool: setLabel } = labeller(() => {
    tries += 1;
    throw new Error('database is down');
  });
  const agent = (toolErrors: 'message' | 'throw') =>
    createAgent({
      model: meterModel(tollgate, new ScriptedChatModel([call('set_label', DONE), { text: 'it failed' }])),
      tools: [setLabel],
      middleware: [retrying(3), tollgateMiddleware(tollgate, { toolErrors })],
    });
  const read = await tollgate.run({ initiator: SAM }, async () =>
    contents((await agent('message').invoke({ messages: 'x' })).messages),
  );
  expect(read.output).toEqual([expect.stringContaining('database is down')]);
  expect((await recordsOf(tollgate, read.runId)).at(-3)?.record.outcome).toBe('failed');
  expect(tries).toBe(1);
  const thrown = await tollgate.run({ initiator: SAM }, () => agent('throw').invoke({ messages: 'x' }));
  expect(String(thrown.error)).toContain('database is down');
  expect(tries).toBe(4);
});

test('every way to invoke a gated tool is the gate', async () => {
  const tollgate = await house.start();
  const { seen, tool: setLabel } = labeller();
  const [gated] = gateTools(tollgate, [setLabel]);
  if (gated === undefined) throw new Error('no tool');
  expect(gateTools(tollgate, [gated])).toEqual([gated]);
  const bad = { ...DONE, label: 'urgent' };
  const wrapped = gated.asTool({ name: 'set_label', schema: LABEL });
  const result = await tollgate.run({ initiator: SAM }, async (run) => {
    const ways = [
      () => gated.invoke(bad),
      () => gated.call(bad),
      () => gated.func(bad),
      () => gated.withConfig({ tags: ['x'] }).invoke(bad),
      () => gated.batch([bad]),
      () => gated.pipe(RunnableLambda.from((text: unknown) => text)).invoke(bad),
      () => wrapped.invoke(bad),
      async () => {
        for await (const _ of await gated.stream(bad)) throw new Error('streamed');
      },
    ];
    for (const way of ways) await expect(way()).rejects.toBeInstanceOf(ToolRefused);
    expect(await gated.invoke({ name: 'set_label', args: bad, id: 'i', type: 'tool_call' })).toMatchObject({
      status: 'error',
      tool_call_id: 'i',
    });
    const later = await gated.call({ name: 'set_label', args: DONE, id: 'c', type: 'tool_call' });
    expect(later.content).toContain('stop_condition');
    return run.refusals().length;
  });
  // Five denials stop a run, and each refusal is there all the same.
  expect(result).toMatchObject({ output: 10 });
  expect(seen).toEqual([]);
});

test('arguments that the schema turns down are refused on record, with the field', async () => {
  const tollgate = await house.start();
  const { seen, tool: setLabel } = labeller();
  const json = tool(async () => 'never', {
    name: 'search_tickets',
    schema: { type: 'object', properties: { query: { type: 'string' } }, required: ['query'] },
  });
  const [gated, search] = gateTools(tollgate, [setLabel, json]);
  const result = await tollgate.run({ initiator: SAM }, async () => {
    const answer = await gated?.invoke({
      name: 'set_label',
      args: { ticket: 7 },
      id: 'a',
      type: 'tool_call',
    });
    expect(String(answer?.content)).toContain('ticket');
    await expect(search?.invoke({})).rejects.toBeInstanceOf(ToolRefused);
  });
  expect(result.status).toBe('completed');
  expect(seen).toEqual([]);
  const chain = await recordsOf(tollgate, result.runId);
  const refusals = chain.filter(({ record }) => record.kind === 'gate_decided');
  expect(refusals.map(({ record }) => [record.tool, record.verdict, record.call_id])).toEqual([
    ['set_label', 'deny', 'a'],
    ['search_tickets', 'deny', expect.any(String)],
  ]);
  expect(refusals[0]?.record.detail).toMatchObject({ field: 'ticket' });
});

test('malformed JSON is refused on record, and the model reads why', async () => {
  const tollgate = await house.start();
  const { seen, tool: setLabel } = labeller();
  const scripted = new ScriptedChatModel([
    { calls: [{ id: 'm', tool: 'set_label', json: '{"ticket":"T-1","label":"done"' }] },
    { text: 'sorry' },
  ]);
  const agent = createAgent({
    model: meterModel(tollgate, scripted),
    tools: gateTools(tollgate, [setLabel]),
  });
  const result = await tollgate.run({ initiator: SAM }, async (run) => {
    const { messages } = await agent.invoke({ messages: 'x' });
    expect(contents(messages)).toEqual([expect.stringContaining('(arguments)')]);
    expect(messages.at(-1)?.content).toBe('sorry');
    return run.refusals().length;
  });
  expect(result).toMatchObject({ output: 1 });
  expect(seen).toEqual([]);
});

test('arguments cut short in a stream are refused, where LangChain would repair and execute them', async () => {
  const tollgate = await house.start();
  const { seen, tool: setLabel } = labeller();
  const scripted = new ScriptedChatModel([
    { calls: [{ id: 'm', tool: 'set_label', json: '{"ticket":"T-1","label":"done"' }] },
    { text: 'sorry' },
  ]);
  const agent = createAgent({
    model: meterModel(tollgate, scripted),
    tools: gateTools(tollgate, [setLabel]),
  });
  const result = await tollgate.run({ initiator: SAM }, async (run) => {
    const parts = await agent.stream({ messages: 'x' }, { streamMode: ['messages', 'values'] });
    for await (const _ of parts);
    return run.refusals().length;
  });
  expect(result).toMatchObject({ output: 1 });
  expect(seen).toEqual([]);
  expect(JSON.stringify(scripted.read[1])).toContain('(arguments)');
});

test('text that is no JSON at all, out of a stream, is a call that the model reads the refusal of', async () => {
  const tollgate = await house.start();
  const { seen, tool: setLabel } = labeller();
  const scripted = new ScriptedChatModel([
    { calls: [{ id: 'm', tool: 'set_label', json: 'T-1 is done' }] },
    { text: 'sorry' },
  ]);
  const agent = createAgent({
    model: scripted,
    tools: [setLabel],
    middleware: [tollgateMiddleware(tollgate)],
  });
  const result = await tollgate.run({ initiator: SAM }, async (run) => {
    for await (const _ of await agent.stream({ messages: 'x' }, { streamMode: ['messages', 'values'] }));
    return run.refusals().length;
  });
  expect(result).toMatchObject({ output: 1 });
  expect(seen).toEqual([]);
  expect(contents(scripted.read[1] ?? [])).toEqual([expect.stringContaining('was refused')]);
});

test('a tool that the agent does not have is refused on record', async () => {
  const tollgate = await house.start();
  const { tool: setLabel } = labeller();
  const scripted = new ScriptedChatModel([call('wipe_disk', { path: '/' }), { text: 'ok' }]);
  const agent = createAgent({
    model: meterModel(tollgate, scripted),
    tools: [setLabel],
    middleware: [tollgateMiddleware(tollgate)],
  });
  const result = await tollgate.run({ initiator: SAM }, async (run) => {
    expect(contents((await agent.invoke({ messages: 'x' })).messages)[0]).toContain('tool_not_listed');
    return run.refusals().map(({ reason }) => reason);
  });
  expect(result).toMatchObject({ output: ['tool_not_listed'] });
});

test('middleware that throws lets nothing through', async () => {
  const tollgate = await house.start();
  const { seen, tool: setLabel } = labeller();
  const broken = createMiddleware({
    name: 'Broken',
    wrapToolCall: () => {
      throw new Error('broken hook');
    },
  });
  const scripted = new ScriptedChatModel([call('set_label', { ...DONE, label: 'urgent' }), { text: 'x' }]);
  const agent = createAgent({
    model: meterModel(tollgate, scripted),
    tools: gateTools(tollgate, [setLabel]),
    middleware: [broken, tollgateMiddleware(tollgate)],
  });
  const result = await tollgate.run({ initiator: SAM }, () => agent.invoke({ messages: 'x' }));
  expect(result.status).toBe('failed');
  expect(seen).toEqual([]);
});

test('tools of one text, tools with events and tools with artifacts keep their ways', async () => {
  const tollgate = await house.start();
  const said: unknown[] = [];
  const search = new DynamicTool({
    name: 'search_tickets',
    description: 'searches',
    func: async (query) => {
      said.push(query);
      return `found ${query}`;
    },
  });
  const classify = tool(
    async function* ({ item }: { item: string }) {
      yield 'thinking';
      yield 'still';
      return `${item} is a bug`;
    },
    { name: 'classify', schema: z.object({ item: z.string() }) },
  );
  const artful = tool(async () => ['short', { long: true }], {
    name: 'set_label',
    schema: LABEL,
    responseFormat: 'content_and_artifact',
  });
  const [one, two, three] = gateTools(tollgate, [search, classify, artful]);
  const result = await tollgate.run({ initiator: SAM }, async () => {
    expect(await one?.invoke('fire')).toBe('found fire');
    expect(await two?.invoke({ item: 'fire' })).toBe('fire is a bug');
    const message = await three?.invoke({ name: 'set_label', args: DONE, id: 'x', type: 'tool_call' });
    expect(message).toMatchObject({ content: 'short', artifact: { long: true } });
  });
  expect(result.status).toBe('completed');
  expect(said).toEqual(['fire']);
  const finished = (await recordsOf(tollgate, result.runId)).filter(({ record }) => ends(record));
  expect(finished.map(({ record }) => record.outcome)).toEqual(['succeeded', 'succeeded', 'succeeded']);
  expect(finished[1]?.attributes['tollgate.content.result']).toContain('fire is a bug');
});

test('a tool that executes where no gate can stand is not let through unnoticed', async () => {
  const tollgate = await house.start();
  class Own extends StructuredTool {
    name = 'set_label';
    description = 'goes its own way';
    schema = LABEL;
    override async invoke(): Promise<never> {
      throw new Error('executed');
    }
    protected async _call() {
      return 'x';
    }
  }
  expect(() => gateTools(tollgate, [new Own()])).toThrow(TollgateError);
  const agent = createAgent({
    model: new ScriptedChatModel([{ text: 'x' }]),
    tools: [{ type: 'web_search' }],
    middleware: [tollgateMiddleware(tollgate)],
  });
  const result = await tollgate.run({ initiator: SAM }, () => agent.invoke({ messages: 'x' }));
  expect(String(result.error)).toContain('web_search');
});

test('an aborted tool is told, and its outcome is failed as far as LangChain waits for it', async () => {
  const tollgate = await house.start();
  const controller = new AbortController();
  const slow = tool(
    async () => {
      controller.abort(new Error('enough'));
      await new Promise((resolve) => setTimeout(resolve, 50));
      return 'labelled after all';
    },
    { name: 'set_label', schema: LABEL },
  );
  const [gated] = gateTools(tollgate, [slow]);
  const result = await tollgate.run({ initiator: SAM }, async () =>
    gated?.invoke(DONE, { signal: controller.signal }).catch((error: unknown) => String(error)),
  );
  const finished = (await recordsOf(tollgate, result.runId)).find(
    ({ record }) => record.kind === 'tool_finished',
  );
  expect(finished?.record.outcome).toBe('failed');
});
