import { Agent, OpenAIProvider, Runner, tool } from '@openai/agents';
import { start } from '@tollgate/instrumentation';
import { gateAgent, meterProvider } from '@tollgate/instrumentation/openai-agents';
import { z } from 'zod';

const tollgate = await start({ workflow: new URL('support.workflow.yaml', import.meta.url).pathname });

const agent = gateAgent(
  tollgate,
  new Agent({
    name: 'support',
    instructions: 'Answer the ticket, then label it.',
    model: 'gpt-4o-mini',
    tools: [
      tool({
        name: 'set_label',
        description: 'Sets the label of a ticket.',
        parameters: z.object({ ticket: z.string(), label: z.string() }),
        execute: async ({ ticket, label }) => `${ticket} is ${label}`,
      }),
      tool({
        name: 'send_reply',
        description: 'Sends a mail.',
        parameters: z.object({ to: z.string(), text: z.string() }),
        execute: async ({ to }) => `sent to ${to}`,
      }),
    ],
  }),
);
const runner = new Runner({
  modelProvider: meterProvider(tollgate, new OpenAIProvider()),
  tracingDisabled: true,
});

const result = await tollgate.run(
  { initiator: 'sam@example.com', initiatorToken: process.env['SAM_TOKEN'] },
  async (run) => {
    const { finalOutput } = await runner.run(agent, 'T-7: the printer is on fire. Kim wants to know.');
    return `${finalOutput} (${run.spentUsd()} USD)`;
  },
);

console.log(result.status, '-', result.output);
await tollgate.shutdown();
