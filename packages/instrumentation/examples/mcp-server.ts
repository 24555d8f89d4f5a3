import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { start } from '@tollgate/instrumentation';
import { gateServer } from '@tollgate/instrumentation/mcp';
import { z } from 'zod';

const tollgate = await start({ workflow: new URL('support.workflow.yaml', import.meta.url).pathname });

// A server of our own: whoever calls it meets the gate, and each call is a run.
const server = gateServer(tollgate, new McpServer({ name: 'tickets', version: '1.0.0' }), {
  run: () => ({ initiator: 'sam@example.com', initiatorToken: process.env['SAM_TOKEN'] }),
});
const say = (text: string) => ({ content: [{ type: 'text' as const, text }] });

server.registerTool(
  'set_label',
  { inputSchema: z.object({ ticket: z.string(), label: z.string() }) },
  ({ ticket, label }) => say(`${ticket} is ${label}`),
);
server.registerTool(
  'send_reply',
  { inputSchema: z.object({ to: z.string(), text: z.string() }) },
  ({ to, text }) => say(`sent to ${to}: ${text}`),
);

server.server.onclose = () => void tollgate.shutdown();
process.stdin.once('end', () => void server.close());
await server.connect(new StdioServerTransport());
