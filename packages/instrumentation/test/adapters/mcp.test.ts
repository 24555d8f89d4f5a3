import { AsyncLocalStorage } from 'node:async_hooks';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import {
  CallToolResultSchema,
  CreateMessageRequestSchema,
  type CreateMessageResult,
} from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { gateClient } from '../../src/adapters/mcp.ts';
import { type Tollgate, ToolRefused } from '../../src/index.ts';
import { type House, openHouse, SAM } from '../support/house.ts';
import { chainOf, decides } from '../support/spans.ts';
import { INTERNAL_WORKFLOW } from '../support/workflows.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse(INTERNAL_WORKFLOW);
});
afterAll(() => house.close());

/** A server of somebody else's, and what it was really asked to do. */
function supportServer() {
  const server = new McpServer({ name: 'support', version: '1.0.0' });
  const executed: unknown[] = [];
  const label = z.object({ ticket: z.string(), label: z.string() });
  server.registerTool('set_label', { inputSchema: label }, async (args, { signal }) => {
    executed.push(args);
    if (args.ticket === 'T-500')
      return { isError: true, content: [{ type: 'text', text: 'no such ticket' }] };
    if (args.ticket === 'T-999') await new Promise((resolve) => signal.addEventListener('abort', resolve));
    return { content: [{ type: 'text', text: `${args.ticket} is ${args.label}` }] };
  });
  server.registerTool('classify', { inputSchema: z.object({}) }, async () => {
    executed.push('classify');
    return { content: [{ type: 'text', text: 'bug' }] };
  });
  return { server, executed };
}

async function connect(server: McpServer, client: Client): Promise<Client> {
  const [here, there] = InMemoryTransport.createLinkedPair();
  await server.connect(there);
  await client.connect(here);
  return client;
}

const newClient = () => new Client({ name: 'host', version: '1.0.0' });

async function recordsOf(tollgate: Tollgate, runId: string) {
  await tollgate.flush();
  return chainOf(house.spans(), runId).map(({ record }) => record);
}

test('callTool stands behind the gate: intent, execution, outcome in one chain', async () => {
  const tollgate = await house.start();
  const { server, executed } = supportServer();
  const client = await connect(server, gateClient(tollgate, newClient(), { callId: () => 'call-7' }));
  const args = { ticket: 'T-1', label: 'done' };
  const result = await tollgate.run({ initiator: SAM }, () =>
    client.callTool({ name: 'set_label', arguments: args }),
  );
  expect(result).toMatchObject({ status: 'completed', output: { content: [{ text: 'T-1 is done' }] } });
  expect(executed).toEqual([args]);
  const [, decided, finished] = await recordsOf(tollgate, result.runId);
  expect(decided).toMatchObject({
    kind: 'gate_decided',
    tool: 'set_label',
    call_id: 'call-7',
    enforcement: 'executed',
  });
  expect(finished).toMatchObject({ kind: 'tool_finished', outcome: 'succeeded' });
});

const routes: Record<
  string,
  (client: Client, params: { name: string; arguments: object }) => Promise<unknown>
> = {
  callTool: (client, { name, arguments: args }) => client.callTool({ name, arguments: { ...args } }),
  request: (client, params) => client.request({ method: 'tools/call', params }, CallToolResultSchema),
  callToolStream: (client, { name, arguments: args }) =>
    last(client.experimental.tasks.callToolStream({ name, arguments: { ...args } })),
  requestStream: (client, params) =>
    last(client.experimental.tasks.requestStream({ method: 'tools/call', params }, CallToolResultSchema)),
};

async function last(stream: AsyncIterable<unknown>): Promise<unknown> {
  let message: unknown;
  for await (message of stream);
  return message;
}

test.each(Object.keys(routes))(
  '%s: a refusal is on record, is not sent, and comes back in words',
  async (route) => {
    const tollgate = await house.start();
    const { server, executed } = supportServer();
    const client = await connect(server, gateClient(tollgate, newClient()));
    const params = { name: 'set_label', arguments: { ticket: 'T-1', label: 'urgent' } };
    const result = await tollgate.run({ initiator: SAM }, async (run) => {
      const answer = await routes[route]?.(client, params);
      return [JSON.stringify(answer), run.refusals().map(({ reason }) => reason)];
    });
    expect(result.output?.[0]).toContain('"isError":true');
    expect(result.output?.[0]).toContain('out_of_scope');
    expect(result.output?.[1]).toEqual(['out_of_scope']);
    expect(executed).toEqual([]);
  },
);

test('a refusal is thrown where the host wants that, and outside of a run nothing happens', async () => {
  const tollgate = await house.start();
  const { server, executed } = supportServer();
  const client = await connect(server, gateClient(tollgate, newClient(), { refusals: 'throw' }));
  const call = () => client.callTool({ name: 'delete_ticket', arguments: {} });
  const result = await tollgate.run({ initiator: SAM }, call);
  expect(result).toMatchObject({ status: 'blocked', error: expect.any(ToolRefused) });
  await expect(client.callTool({ name: 'classify', arguments: {} })).rejects.toThrow(
    /outside of tollgate.run/,
  );
  expect(executed).toEqual([]);
});

test('arguments that are no object are refused on record', async () => {
  const tollgate = await house.start();
  const { server, executed } = supportServer();
  const client = await connect(server, gateClient(tollgate, newClient()));
  const result = await tollgate.run({ initiator: SAM }, async () =>
    Promise.all(
      ['{"ticket":', [1], 7, null].map((args) =>
        client.request(
          { method: 'tools/call', params: { name: 'classify', arguments: args } },
          CallToolResultSchema,
        ),
      ),
    ),
  );
  expect(result.output?.map(({ isError }) => isError)).toEqual([true, true, true, true]);
  expect(executed).toEqual([]);
  const records = await recordsOf(tollgate, result.runId);
  expect(records.filter(({ enforcement }) => enforcement === 'blocked').length).toBe(4);
});

test('isError is a failed outcome; a call that is never answered is unknown', async () => {
  const tollgate = await house.start();
  const { server } = supportServer();
  const client = await connect(server, gateClient(tollgate, newClient()));
  const result = await tollgate.run({ initiator: SAM }, async () => {
    const failed = await client.callTool({
      name: 'set_label',
      arguments: { ticket: 'T-500', label: 'done' },
    });
    expect(failed).toEqual({ isError: true, content: [{ type: 'text', text: 'no such ticket' }] });
    const slow = { name: 'set_label', arguments: { ticket: 'T-999', label: 'done' } };
    await expect(client.callTool(slow, undefined, { timeout: 50 })).rejects.toThrow(/timed out/);
  });
  const records = await recordsOf(tollgate, result.runId);
  expect(records.flatMap(({ outcome }) => outcome ?? [])).toEqual(['failed', 'unknown']);
});

test.each([
  ['before connecting', true],
  ['afterwards', false],
])('annotations raise a class and never lower it, gated %s', async (_, early) => {
  const tollgate = await house.start();
  const server = new McpServer({ name: 'claims', version: '1.0.0' });
  let executed = 0;
  const done = async () => {
    executed += 1;
    return { content: [] };
  };
  const inputSchema = z.object({});
  const reply = z.object({ to: z.string(), text: z.string() });
  const harmless = { readOnlyHint: true, destructiveHint: false };
  const classify = server.registerTool('classify', { inputSchema, annotations: harmless }, done);
  server.registerTool('send_reply', { inputSchema: reply, annotations: harmless }, done);
  const client = newClient();
  if (early) gateClient(tollgate, client);
  await connect(server, client);
  if (!early) gateClient(tollgate, client);
  const call = () => client.callTool({ name: 'classify', arguments: {} });
  const result = await tollgate.run({ initiator: SAM }, async () => {
    await call();
    classify.update({ annotations: { destructiveHint: true } });
    await new Promise((resolve) => setImmediate(resolve));
    const raised = await call();
    classify.update({ annotations: harmless });
    await client.listTools();
    return [raised, await call()];
  });
  expect(executed).toBe(1);
  expect(JSON.stringify(result.output)).toContain('refused');
  const records = await recordsOf(tollgate, result.runId);
  expect(records.filter(decides).map(({ action_class }) => action_class)).toEqual([1, 3, 3]);
});

test('where a server does not say what its tools do, they count as destructive', async () => {
  const tollgate = await house.start();
  const { server, executed } = supportServer();
  server.server.setRequestHandler(z.object({ method: z.literal('tools/list') }), () => {
    throw new Error('not now');
  });
  const client = await connect(server, gateClient(tollgate, newClient()));
  const result = await tollgate.run({ initiator: SAM }, () =>
    client.callTool({ name: 'classify', arguments: {} }),
  );
  expect(result.output).toMatchObject({ isError: true });
  expect(executed).toEqual([]);
});

test('class 3 waits for its approver, and the server gets the approved arguments, whatever became of the object', async () => {
  const tollgate = await house.start();
  const server = new McpServer({ name: 'mail', version: '1.0.0' });
  const sent: unknown[] = [];
  server.registerTool('send_reply', { inputSchema: z.looseObject({}) }, async (args) => {
    sent.push(args);
    return { content: [{ type: 'text', text: 'sent' }] };
  });
  const client = await connect(server, gateClient(tollgate, newClient()));
  const options = { initiator: SAM, initiatorToken: house.tokenOf(SAM) };
  const args = { to: 'kim@example.com', text: 'hello' };
  const running = tollgate.run(options, async () => {
    const call = client.callTool({ name: 'send_reply', arguments: args });
    args.text = 'something else';
    return call;
  });
  await house.decideNext('approve', 'fine');
  expect(await running).toMatchObject({ status: 'completed', output: { content: [{ text: 'sent' }] } });
  expect(sent).toEqual([{ to: 'kim@example.com', text: 'hello' }]);
});

test('sampling that a server asks for is metered in the run whose call is under way; usage is unknown, not zero', async () => {
  const tollgate = await house.start();
  const server = new McpServer({ name: 'thinker', version: '1.0.0' });
  server.registerTool('classify', { inputSchema: z.object({}) }, async () => {
    const { content } = await server.server.createMessage({
      messages: [{ role: 'user', content: { type: 'text', text: 'which?' } }],
      modelPreferences: { hints: [{ name: 'gpt-4o-mini' }] },
      maxTokens: 50,
    });
    return { content: [{ type: 'text', text: JSON.stringify(content) }] };
  });
  const client = new Client({ name: 'host', version: '1.0.0' }, { capabilities: { sampling: {} } });
  const answer: CreateMessageResult = {
    model: 'gpt-4o-mini-2024-07-18',
    role: 'assistant',
    content: { type: 'text', text: 'a bug' },
  };
  client.setRequestHandler(CreateMessageRequestSchema, async () => answer);
  await connect(server, gateClient(tollgate, client));
  const result = await tollgate.run({ initiator: SAM }, () =>
    client.callTool({ name: 'classify', arguments: {} }),
  );
  expect(JSON.stringify(result.output)).toContain('a bug');
  const [, , model] = await recordsOf(tollgate, result.runId);
  expect(model).toMatchObject({
    kind: 'model_called',
    model: 'gpt-4o-mini-2024-07-18',
    usage: {},
    cost: { usd: null },
  });
});

test('a client is put behind a gate once', async () => {
  const tollgate = await house.start();
  const client = gateClient(tollgate, newClient());
  expect(() => gateClient(tollgate, client)).toThrow(/behind a gate already/);
});

test('sampling that nobody can assign to one run is refused', async () => {
  const tollgate = await house.start();
  const server = new McpServer({ name: 'thinker', version: '1.0.0' });
  let asked = 0;
  const ask = () =>
    server.server.createMessage({
      messages: [{ role: 'user', content: { type: 'text', text: 'x' } }],
      maxTokens: 5,
    });
  let both: Promise<void> | undefined;
  let underWay = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  server.registerTool('classify', { inputSchema: z.object({}) }, async () => {
    both ??= promise;
    underWay += 1;
    if (underWay === 2) resolve();
    await both;
    return ask().then(
      () => ({ content: [] }),
      (error: Error) => ({ content: [{ type: 'text' as const, text: error.message }] }),
    );
  });
  const client = new Client({ name: 'host', version: '1.0.0' }, { capabilities: { sampling: {} } });
  client.setRequestHandler(CreateMessageRequestSchema, async () => {
    asked += 1;
    return { model: 'm', role: 'assistant', content: { type: 'text', text: 'x' } };
  });
  await connect(server, gateClient(tollgate, client));
  // Outside of the runs' own context, as a server in another process asks.
  const outside = AsyncLocalStorage.snapshot();
  const send = server.server.transport?.send.bind(server.server.transport);
  if (server.server.transport !== undefined && send !== undefined)
    server.server.transport.send = (message, options) => outside(() => send(message, options));
  await expect(ask()).rejects.toThrow(/no tool call of a run was under way/);
  const call = () => client.callTool({ name: 'classify', arguments: {} });
  const results = await Promise.all([0, 1].map(() => tollgate.run({ initiator: SAM }, call)));
  for (const { output } of results)
    expect(JSON.stringify(output)).toContain('give each run a client of its own');
  expect(asked).toBe(0);
});
