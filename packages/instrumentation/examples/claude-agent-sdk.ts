import { tool } from '@anthropic-ai/claude-agent-sdk';
import { start } from '@tollgate/instrumentation';
import { gatedServer, governedQuery } from '@tollgate/instrumentation/claude-agent-sdk';
import { z } from 'zod';

const tollgate = await start({ workflow: new URL('support.workflow.yaml', import.meta.url).pathname });

const said = (text: string) => ({ content: [{ type: 'text' as const, text }] });
const desk = gatedServer(tollgate, {
  name: 'desk',
  alwaysLoad: true,
  tools: [
    tool(
      'set_label',
      'Sets the label of a ticket.',
      { ticket: z.string(), label: z.string() },
      async ({ ticket, label }) => said(`${ticket} is ${label}`),
    ),
    tool('send_reply', 'Sends a mail.', { to: z.string(), text: z.string() }, async ({ to }) =>
      said(`sent to ${to}`),
    ),
  ],
});

const result = await tollgate.run(
  { initiator: 'sam@example.com', initiatorToken: process.env['SAM_TOKEN'] },
  async (run) => {
    // Claude Code's own Bash is behind the gate, too; this workflow does not list it.
    const options = { model: 'claude-sonnet-4-5', tools: ['Bash'], mcpServers: { desk }, settingSources: [] };
    let answer = '';
    for await (const message of governedQuery(tollgate, { prompt: 'T-7: the printer is on fire.', options }))
      if (message.type === 'result' && message.subtype === 'success') answer = message.result;
    return `${answer} (${run.spentUsd()} USD)`;
  },
);

console.log(result.status, '-', result.output);
await tollgate.shutdown();
