import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTaskStore } from '@modelcontextprotocol/sdk/experimental/tasks';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { gateClient, gateServer } from '../../src/adapters/mcp.ts';
import { type House, openHouse, SAM } from '../support/house.ts';
import { chainOf } from '../support/spans.ts';
import { INTERNAL_WORKFLOW } from '../support/workflows.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse(INTERNAL_WORKFLOW);
});
afterAll(() => house.close());

/** A server whose tool goes on after it has answered, and how its tasks end. */
function slowServer(end: 'completed' | 'failed') {
  const store = new InMemoryTaskStore();
  const server = new McpServer(
    { name: 'slow', version: '1.0.0' },
    { capabilities: { tools: {}, tasks: { requests: { tools: { call: {} } } } }, taskStore: store },
  );
  const executed: unknown[] = [];
  server.experimental.tasks.registerToolTask(
    'set_label',
    { inputSchema: { ticket: z.string(), label: z.string() }, execution: { taskSupport: 'optional' } },
    {
      async createTask(args, { taskStore }) {
        executed.push(args);
        const task = await taskStore.createTask({ ttl: 60_000, pollInterval: 10 });
        setTimeout(() => {
          const result = {
            content: [{ type: 'text' as const, text: 'labelled' }],
            isError: end === 'failed',
          };
          void taskStore.storeTaskResult(task.taskId, end, result);
        }, 20);
        return { task };
      },
      getTask: async (_, { taskId, taskStore }) => taskStore.getTask(taskId),
      getTaskResult: async () => ({ content: [] }),
    },
  );
  return { server, executed };
}

async function connect(server: McpServer) {
  const client = new Client({ name: 'host', version: '1.0.0' });
  const [here, there] = InMemoryTransport.createLinkedPair();
  await server.connect(there);
  await client.connect(here);
  await client.listTools();
  return client;
}

const params = (label: string) => ({ name: 'set_label', arguments: { ticket: 'T-1', label } });

async function types(stream: AsyncIterable<{ type: string }>) {
  const seen: { type: string }[] = [];
  for await (const message of stream) seen.push(message);
  return seen;
}

async function outcomes(runId: string) {
  return chainOf(house.spans(), runId).flatMap(({ record }) => record.outcome ?? []);
}

test.each([
  ['completed', 'succeeded'],
  ['failed', 'failed'],
] as const)(
  'client: a call that goes on as a task ends when its result is seen: %s is %s',
  async (end, outcome) => {
    const tollgate = await house.start();
    const { server, executed } = slowServer(end);
    const client = gateClient(tollgate, await connect(server));
    const result = await tollgate.run({ initiator: SAM }, () =>
      types(client.experimental.tasks.callToolStream(params('done'), undefined, { task: {} })),
    );
    expect(result.output?.[0]).toMatchObject({ type: 'taskCreated' });
    expect(executed.length).toBe(1);
    await tollgate.flush();
    expect(await outcomes(result.runId)).toEqual([outcome]);
  },
);

test('client: a refused task is an error in words, and a task that nobody asks for again is unknown', async () => {
  const tollgate = await house.start();
  const { server, executed } = slowServer('completed');
  const client = gateClient(tollgate, await connect(server));
  const result = await tollgate.run({ initiator: SAM }, async () => {
    const stream = client.experimental.tasks.callToolStream(params('urgent'), undefined, { task: {} });
    const [refused] = await types(stream);
    for await (const _ of client.experimental.tasks.callToolStream(params('open'), undefined, { task: {} }))
      break;
    return refused;
  });
  expect(result.output).toMatchObject({
    type: 'error',
    error: { message: expect.stringContaining('out_of_scope') },
  });
  expect(executed).toEqual([{ ticket: 'T-1', label: 'open' }]);
  await tollgate.flush();
  expect(await outcomes(result.runId)).toEqual(['unknown']);
});

test.each([
  ['completed', 'succeeded'],
  ['failed', 'failed'],
] as const)(
  'server: beginning a task is gated; its result is seen where it is stored: %s is %s',
  async (end, outcome) => {
    const tollgate = await house.start();
    const { server, executed } = slowServer(end);
    const result = await tollgate.run({ initiator: SAM }, async (session) => {
      const client = await connect(gateServer(tollgate, server, { run: () => session }));
      const refused = await client.callTool(params('urgent'));
      await client.callTool(params('done'));
      return refused;
    });
    expect(JSON.stringify(result.output)).toContain('out_of_scope');
    expect(executed).toEqual([{ ticket: 'T-1', label: 'done' }]);
    await tollgate.flush();
    expect(await outcomes(result.runId)).toEqual([outcome]);
  },
);
