import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { start } from '@tollgate/instrumentation';
import { gateClient } from '@tollgate/instrumentation/mcp';

const path = (name: string) => new URL(name, import.meta.url).pathname;
const tollgate = await start({ workflow: path('support.workflow.yaml') });

// Somebody else's server, in a process of its own: what it does is out of reach, whether it is asked is not.
const client = gateClient(tollgate, new Client({ name: 'support', version: '1.0.0' }));
await client.connect(new StdioClientTransport({ command: process.execPath, args: [path('mcp-tickets.ts')] }));

const result = await tollgate.run(
  { initiator: 'sam@example.com', initiatorToken: process.env['SAM_TOKEN'] },
  async () => {
    const answers = [
      await client.callTool({ name: 'search_tickets', arguments: { query: 'printer' } }),
      await client.callTool({ name: 'set_label', arguments: { ticket: 'T-7', label: 'urgent' } }), // not in its scope
      await client.callTool({ name: 'send_reply', arguments: { to: 'kim@example.com', text: 'Use water.' } }),
    ];
    return answers.flatMap(({ content }) => content as { text: string }[]).map(({ text }) => text);
  },
);

console.log(result.output?.join('\n'));
await client.close();
await tollgate.shutdown();
