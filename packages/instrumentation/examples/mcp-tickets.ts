import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { z } from 'zod';

// A server that has never heard of a gate.
const server = new McpServer({ name: 'tickets', version: '1.0.0' });
const say = (text: string) => ({ content: [{ type: 'text' as const, text }] });

server.registerTool('search_tickets', { inputSchema: z.object({ query: z.string() }) }, ({ query }) =>
  say(`T-7: ${query} is on fire`),
);
server.registerTool(
  'set_label',
  { inputSchema: z.object({ ticket: z.string(), label: z.string() }) },
  ({ ticket, label }) => say(`${ticket} is ${label}`),
);
server.registerTool(
  'send_reply',
  { inputSchema: z.object({ to: z.string(), text: z.string() }), annotations: { openWorldHint: true } },
  ({ to, text }) => say(`sent to ${to}: ${text}`),
);

await server.connect(new StdioServerTransport());
