import { openai } from '@ai-sdk/openai';
import { start } from '@tollgate/instrumentation';
import { gateTools, meterModel } from '@tollgate/instrumentation/ai-sdk';
import { generateText, stepCountIs, tool } from 'ai';
import { z } from 'zod';

const tollgate = await start({ workflow: new URL('support.workflow.yaml', import.meta.url).pathname });

const model = meterModel(tollgate, openai('gpt-4o-mini'));
const tools = gateTools(tollgate, {
  set_label: tool({
    description: 'Sets the label of a ticket.',
    inputSchema: z.object({ ticket: z.string(), label: z.string() }),
    execute: async ({ ticket, label }) => `${ticket} is ${label}`,
  }),
  send_reply: tool({
    description: 'Sends a mail.',
    inputSchema: z.object({ to: z.string(), text: z.string() }),
    execute: async ({ to }) => `sent to ${to}`,
  }),
});

const result = await tollgate.run(
  { initiator: 'sam@example.com', initiatorToken: process.env['SAM_TOKEN'] },
  async (run) => {
    const prompt = 'T-7: the printer is on fire. Kim wants to know.';
    const { text } = await generateText({ model, tools, prompt, stopWhen: stepCountIs(8) });
    return `${text} (${run.spentUsd()} USD)`;
  },
);

console.log(result.status, '-', result.output);
await tollgate.shutdown();
