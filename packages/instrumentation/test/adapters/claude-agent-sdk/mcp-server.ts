import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { z } from 'zod';

/** An MCP server in a process of its own. */
const server = new McpServer({ name: 'tracker', version: '1.0.0' });
server.registerTool(
  'create_issue',
  { description: 'creates an issue', inputSchema: { title: z.string() } },
  ({ title }) => ({ content: [{ type: 'text', text: JSON.stringify({ created: title }) }] }),
);
await server.connect(new StdioServerTransport());
