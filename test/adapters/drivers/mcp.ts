import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { gateClient } from '@tollgate/instrumentation/mcp';
import { z } from 'zod';
import {
  argumentsOf,
  type Driver,
  type Scene,
  Script,
  SUB_AGENT_TOOL,
  type Transcript,
  type TurnCall,
  textOf,
} from '../driver.ts';

type Result = Transcript['results'][number];
type Arguments = NonNullable<Parameters<Client['callTool']>[0]['arguments']>;

/** `gateClient` around the SDK's own client, in a host's loop; the tools are those of a real server that knows of no gate. */
export const mcp: Driver = {
  name: 'mcp',
  title: 'Model Context Protocol',
  packageName: '@modelcontextprotocol/sdk',
  models: { none: 'a host asks the model itself; sampling is metered by the adapter, and tested there' },
  async drive(scene) {
    const results: Result[] = [];
    const transcript = (ended: Pick<Transcript, 'text' | 'error'>): Transcript => ({
      ...ended,
      results,
      modelCalls: 0,
    });
    let client: Client | undefined;
    try {
      client = await connect(scene, async (connected) =>
        loop(scene, connected, new Script(scene.turns), results),
      );
      if (scene.subAgent !== true)
        return transcript({
          text: await loop(scene, client, new Script(scene.turns), results),
          error: undefined,
        });
      const delegated = await ask(scene, client, { id: 'outer-1', tool: SUB_AGENT_TOOL, json: '{}' });
      return transcript({ text: delegated.text, error: undefined });
    } catch (error) {
      return transcript({ text: undefined, error });
    } finally {
      await client?.close();
    }
  },
};

/** A server with the tools, and a host's client of it, behind the gate. `delegated` is the loop of the sub-agent. */
async function connect(scene: Scene, delegated: (client: Client) => Promise<string>): Promise<Client> {
  const { tollgate, tools, subAgent } = scene;
  const server = new McpServer({ name: 'conformance', version: '1.0.0' });
  for (const { name, description, parameters, hints, execute } of tools)
    server.registerTool(
      name,
      { description, inputSchema: parameters, annotations: annotationsOf(hints) },
      async (args: unknown, { signal }) => ({
        content: [{ type: 'text', text: textOf(await execute(args, signal)) }],
      }),
    );
  const details = tools.map(({ name, reads, rollbackNote }) => [name, { reads, rollbackNote }]);
  const client = gateClient(tollgate, new Client({ name: 'host', version: '1.0.0' }), {
    details: Object.fromEntries(details),
    callId: ({ _meta }) => z.looseObject({ callId: z.string() }).safeParse(_meta).data?.callId,
  });
  if (subAgent === true)
    server.registerTool(SUB_AGENT_TOOL, { description: 'hands a task to another agent' }, async () => ({
      content: [{ type: 'text', text: await delegated(client) }],
    }));
  const [here, there] = InMemoryTransport.createLinkedPair();
  await server.connect(there);
  await client.connect(here);
  return client;
}

function annotationsOf(hints: Scene['tools'][number]['hints'] = {}) {
  const { destructive, readOnly } = hints;
  return {
    ...(destructive === undefined ? {} : { destructiveHint: destructive }),
    ...(readOnly === undefined ? {} : { readOnlyHint: readOnly }),
  };
}

async function loop(scene: Scene, client: Client, script: Script, results: Result[]): Promise<string> {
  for (;;) {
    const turn = script.next();
    if ('text' in turn) return turn.text;
    results.push(...(await Promise.all(turn.calls.map((call) => ask(scene, client, call)))));
  }
}

/** What a host does with a call: its text, or what was thrown, is what the model reads next. */
async function ask(scene: Scene, client: Client, call: TurnCall): Promise<Result> {
  const about = { id: call.id, tool: call.tool };
  try {
    const args = argumentsOf(call);
    scene.hook?.(args);
    const params = { name: call.tool, arguments: args as Arguments, _meta: { callId: call.id } };
    const { content } = await client.callTool(params, undefined, {
      ...(scene.signal === undefined ? {} : { signal: scene.signal }),
      onprogress: (progress) => scene.hook?.(progress),
    });
    const parts = z.array(z.looseObject({ text: z.string().optional() })).parse(content);
    return { ...about, text: parts.map(({ text }) => text ?? '').join('\n') };
  } catch (error) {
    return { ...about, text: textOf(error) };
  }
}
