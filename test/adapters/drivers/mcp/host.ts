import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';
import {
  argumentsOf,
  type Scene,
  Script,
  SUB_AGENT_TOOL,
  type Transcript,
  type TurnCall,
  textOf,
} from '../../driver.ts';

type Result = Transcript['results'][number];
type Arguments = NonNullable<Parameters<Client['callTool']>[0]['arguments']>;

/** What the adapter makes of the SDK's own client and server, and of the transport at the server's end. */
export interface Ends {
  client(client: Client): Client;
  server(server: McpServer): McpServer;
  arriving?(deliver: () => void): void;
}

/** A host's loop over a real client and a real server that has the tools. A host asks the model itself, so that no model is called here. */
export async function driveHost(scene: Scene, ends: Ends): Promise<Transcript> {
  const results: Result[] = [];
  const transcript = (ended: Pick<Transcript, 'text' | 'error'>): Transcript => ({
    ...ended,
    results,
    modelCalls: 0,
  });
  let client: Client | undefined;
  try {
    const inner = async (connected: Client) => loop(scene, connected, new Script(scene.turns), results);
    client = await connect(scene, ends, inner);
    if (scene.subAgent !== true) return transcript({ text: await inner(client), error: undefined });
    const { text } = await ask(scene, client, { id: 'outer-1', tool: SUB_AGENT_TOOL, json: '{}' });
    return transcript({ text, error: undefined });
  } catch (error) {
    return transcript({ text: undefined, error });
  } finally {
    await client?.close();
  }
}

/** `delegated` is the loop of the sub-agent. */
async function connect(
  scene: Scene,
  ends: Ends,
  delegated: (client: Client) => Promise<string>,
): Promise<Client> {
  const server = ends.server(new McpServer({ name: 'conformance', version: '1.0.0' }));
  for (const { name, description, parameters, hints, execute } of scene.tools)
    server.registerTool(
      name,
      { description, inputSchema: parameters, annotations: annotationsOf(hints) },
      async (args: unknown, { signal }) => ({
        content: [{ type: 'text', text: textOf(await execute(args, signal)) }],
      }),
    );
  const client = ends.client(new Client({ name: 'host', version: '1.0.0' }));
  if (scene.subAgent === true)
    server.registerTool(SUB_AGENT_TOOL, { description: 'hands a task to another agent' }, async () => ({
      content: [{ type: 'text', text: await delegated(client) }],
    }));
  const [here, there] = InMemoryTransport.createLinkedPair();
  await server.connect(there);
  const { onmessage } = there;
  const { arriving } = ends;
  if (arriving !== undefined) there.onmessage = (...message) => arriving(() => onmessage?.(...message));
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
