import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import {
  CallToolRequestSchema,
  CreateMessageRequestSchema,
  ListToolsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { gateServer } from '../../src/adapters/mcp.ts';
import type { Tollgate } from '../../src/index.ts';
import { type House, openHouse, SAM } from '../support/house.ts';
import { chainOf } from '../support/spans.ts';
import { INTERNAL_WORKFLOW } from '../support/workflows.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse(INTERNAL_WORKFLOW);
});
afterAll(() => house.close());

const label = z.object({ ticket: z.string(), label: z.string().default('done') });
const run = () => ({ initiator: SAM, initiatorToken: house.tokenOf(SAM) });

/** A server with one tool of class 2, and what it was really asked to do. */
function labelServer(before?: (server: McpServer) => void) {
  const server = new McpServer({ name: 'labels', version: '1.0.0' });
  const executed: unknown[] = [];
  before?.(server);
  const tool = server.registerTool('set_label', { inputSchema: label }, async (args) => {
    executed.push(args);
    return { content: [{ type: 'text', text: `${args.ticket} is ${args.label}` }] };
  });
  return { server, tool, executed };
}

async function connect(server: McpServer | Server, client = new Client({ name: 'host', version: '1.0.0' })) {
  const [here, there] = InMemoryTransport.createLinkedPair();
  await server.connect(there);
  await client.connect(here);
  return client;
}

/** The chains of the runs that came after `before`, newest first. */
async function chainsSince(tollgate: Tollgate, before: ReadonlySet<string>) {
  await tollgate.flush();
  const ids = new Set(house.spans().map(({ record }) => record.run_id));
  return [...ids]
    .filter((id) => !before.has(id))
    .map((id) => chainOf(house.spans(), id).map(({ record }) => record));
}

function runIds() {
  return new Set(house.spans().map(({ record }) => record.run_id));
}

test.each([
  ['before the gate', true],
  ['after it', false],
])(
  'a call is a run of its own, for a tool registered %s; it gets what its schema made of the arguments',
  async (_, first) => {
    const tollgate = await house.start();
    const before = runIds();
    const { server, executed } = labelServer(
      first ? undefined : (plain) => gateServer(tollgate, plain, { run }),
    );
    if (first) gateServer(tollgate, server, { run });
    const client = await connect(server);
    const result = await client.callTool({ name: 'set_label', arguments: { ticket: 'T-1' } });
    expect(result).toEqual({ content: [{ type: 'text', text: 'T-1 is done' }] });
    expect(executed).toEqual([{ ticket: 'T-1', label: 'done' }]);
    const [chain, other] = await chainsSince(tollgate, before);
    expect(other).toBeUndefined();
    expect(chain?.map(({ kind }) => kind)).toEqual([
      'run_started',
      'gate_decided',
      'tool_finished',
      'run_sealed',
    ]);
  },
);

const hostile: Record<string, { name: string; arguments?: Record<string, unknown>; reason: string }> = {
  'outside its scope': {
    name: 'set_label',
    arguments: { ticket: 'T-1', label: 'urgent' },
    reason: 'out_of_scope',
  },
  'turned down by the schema': { name: 'set_label', arguments: { ticket: 7 }, reason: 'out_of_scope' },
  'without arguments': { name: 'set_label', reason: 'out_of_scope' },
  'of a tool that is not there': { name: 'classify', reason: 'out_of_scope' },
  'of a blocked tool': { name: 'delete_ticket', reason: 'tool_blocked' },
  'of an unlisted tool': { name: 'constructor', reason: 'tool_not_listed' },
  'of a prototype': { name: '__proto__', reason: 'tool_not_listed' },
};

test.each(Object.keys(hostile))('a call %s is refused in words, and on record', async (why) => {
  const { reason = '', ...params } = hostile[why] ?? { name: '' };
  const tollgate = await house.start();
  const before = runIds();
  const { server, executed } = labelServer();
  const client = await connect(gateServer(tollgate, server, { run }));
  const result = await client.callTool(params);
  expect(result).toMatchObject({ isError: true });
  expect(JSON.stringify(result)).toContain(reason);
  expect(executed).toEqual([]);
  const [chain] = await chainsSince(tollgate, before);
  expect(chain?.[1]).toMatchObject({
    kind: 'gate_decided',
    tool: params.name,
    reason,
    enforcement: 'blocked',
  });
});

test('a callback that replaces another is gated, under the tool’s new name as well, and called directly too', async () => {
  const tollgate = await house.start();
  const { server, tool } = labelServer();
  gateServer(tollgate, server, { run });
  let executed = 0;
  const callback = async () => {
    executed += 1;
    return { content: [] };
  };
  tool.update({ callback });
  const client = await connect(server);
  expect(await client.callTool({ name: 'set_label', arguments: { ticket: 'x' } })).toMatchObject({
    isError: true,
  });
  tool.handler = callback;
  expect(await client.callTool({ name: 'set_label', arguments: { ticket: 'x' } })).toMatchObject({
    isError: true,
  });
  tool.update({ name: 'delete_ticket' });
  expect(await client.callTool({ name: 'delete_ticket', arguments: { ticket: 'T-1' } })).toMatchObject({
    isError: true,
  });
  const { handler } = tool;
  if (typeof handler !== 'function') throw new Error('no handler');
  await expect(async () => Reflect.apply(handler, undefined, [{ ticket: 'T-1' }, {}])).rejects.toThrow(
    /outside of tollgate.run/,
  );
  expect(executed).toBe(0);
});

test('a tools/call handler that the application puts in front of its registered tools is gated itself', async () => {
  const tollgate = await house.start();
  const { server } = labelServer();
  gateServer(tollgate, server, { run });
  const seen: unknown[] = [];
  server.server.setRequestHandler(CallToolRequestSchema, async ({ params }) => {
    seen.push(params.arguments);
    return { content: [] };
  });
  const client = await connect(server);
  const args = { ticket: 'T-1', label: 'done' };
  expect(await client.callTool({ name: 'set_label', arguments: { ...args, label: 'urgent' } })).toMatchObject(
    { isError: true },
  );
  expect(await client.callTool({ name: 'set_label', arguments: args })).toEqual({ content: [] });
  expect(seen).toEqual([args]);
});

test('a low-level server is gated at its handler, and at its fallback', async () => {
  const tollgate = await house.start();
  const executed: unknown[] = [];
  for (const fallback of [false, true]) {
    const server = new Server({ name: 'low', version: '1.0.0' }, { capabilities: { tools: {} } });
    gateServer(tollgate, server, { run });
    server.setRequestHandler(ListToolsRequestSchema, async () => ({ tools: [] }));
    if (fallback)
      server.fallbackRequestHandler = async ({ params }) => {
        executed.push(params?.['arguments']);
        return { content: [] };
      };
    else
      server.setRequestHandler(CallToolRequestSchema, async ({ params }) => {
        executed.push(params.arguments);
        return { content: [] };
      });
    const client = await connect(server);
    expect(await client.callTool({ name: 'delete_ticket', arguments: {} })).toMatchObject({ isError: true });
    expect(await client.callTool({ name: 'classify', arguments: { a: 1 } })).toEqual({ content: [] });
  }
  expect(executed).toEqual([{ a: 1 }, { a: 1 }]);
});

test('without a run nothing is executed, and the caller is told', async () => {
  const tollgate = await house.start();
  const { server, executed } = labelServer();
  const client = await connect(gateServer(tollgate, server));
  const result = await client.callTool({ name: 'set_label', arguments: { ticket: 'T-1' } });
  expect(result).toMatchObject({
    isError: true,
    content: [{ text: expect.stringContaining('option `run`') }],
  });
  expect(executed).toEqual([]);
});

test('a session’s run goes on over its calls', async () => {
  const tollgate = await house.start();
  const { server } = labelServer();
  const result = await tollgate.run({ initiator: SAM }, async (session) => {
    gateServer(tollgate, server, { run: () => session });
    const client = await connect(server);
    await client.callTool({ name: 'set_label', arguments: { ticket: 'T-1' } });
    await client.callTool({ name: 'set_label', arguments: { ticket: 'T-2' } });
  });
  await tollgate.flush();
  const finished = chainOf(house.spans(), result.runId).filter(
    ({ record }) => record.kind === 'tool_finished',
  );
  expect(finished.map(({ record }) => record.call_id)).toEqual(['1', '2']);
});

test('class 3 waits for its approver; a callback that fails is on record as failed', async () => {
  const tollgate = await house.start();
  const before = runIds();
  const server = new McpServer({ name: 'mail', version: '1.0.0' });
  gateServer(tollgate, server, { run });
  server.registerTool('send_reply', { inputSchema: z.object({ to: z.string(), text: z.string() }) }, () => {
    throw new Error('mailbox full');
  });
  const client = await connect(server);
  const call = client.callTool({ name: 'send_reply', arguments: { to: 'kim@example.com', text: 'hi' } });
  await house.decideNext('approve', 'fine');
  expect(await call).toEqual({ isError: true, content: [{ type: 'text', text: 'mailbox full' }] });
  const [chain] = await chainsSince(tollgate, before);
  expect(chain?.flatMap(({ outcome }) => outcome ?? [])).toEqual(['failed']);
});

test('what the server asks its client’s model is metered: usage unknown, cost null', async () => {
  const tollgate = await house.start();
  const before = runIds();
  const server = new McpServer({ name: 'thinker', version: '1.0.0' });
  gateServer(tollgate, server, { run });
  const message = {
    messages: [{ role: 'user' as const, content: { type: 'text' as const, text: 'which?' } }],
    maxTokens: 9,
  };
  server.registerTool('classify', {}, async () => {
    await server.server.createMessage(message);
    return { content: [] };
  });
  const client = new Client({ name: 'host', version: '1.0.0' }, { capabilities: { sampling: {} } });
  client.setRequestHandler(CreateMessageRequestSchema, async () => ({
    model: 'gpt-4o-mini',
    role: 'assistant',
    content: { type: 'text', text: 'a bug' },
  }));
  await connect(server, client);
  expect(await client.callTool({ name: 'classify', arguments: {} })).toEqual({ content: [] });
  const [chain] = await chainsSince(tollgate, before);
  expect(chain?.[2]).toMatchObject({
    kind: 'model_called',
    model: 'gpt-4o-mini',
    usage: {},
    cost: { usd: null },
  });
});

test('a strict start refuses an unlisted tool when it is registered', async () => {
  const tollgate = await house.start({ strictTools: true });
  const server = gateServer(tollgate, new McpServer({ name: 'x', version: '1.0.0' }), { run });
  expect(() => server.registerTool('format_disk', {}, async () => ({ content: [] }))).toThrow(
    /does not list/,
  );
});

test('the server’s own annotations raise a class', async () => {
  const tollgate = await house.start();
  const before = runIds();
  const { server, tool, executed } = labelServer();
  const client = await connect(gateServer(tollgate, server, { run }));
  tool.update({ annotations: { destructiveHint: true } });
  const call = client.callTool({ name: 'set_label', arguments: { ticket: 'T-1' } });
  await house.decideNext('refuse', 'leave it');
  expect(JSON.stringify(await call)).toContain('leave it');
  expect(executed).toEqual([]);
  const [chain] = await chainsSince(tollgate, before);
  expect(chain?.[1]).toMatchObject({ action_class: 3, enforcement: 'waiting' });
});
