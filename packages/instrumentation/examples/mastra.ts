import { Agent } from '@mastra/core/agent';
import { ModelRouterLanguageModel } from '@mastra/core/llm';
import { createTool } from '@mastra/core/tools';
import { start } from '@tollgate/instrumentation';
import { gateTools, meterModel } from '@tollgate/instrumentation/mastra';
import { z } from 'zod';

const tollgate = await start({ workflow: new URL('support.workflow.yaml', import.meta.url).pathname });

const set_label = createTool({
  id: 'set_label',
  description: 'Sets the label of a ticket.',
  inputSchema: z.object({ ticket: z.string(), label: z.string() }),
  execute: async ({ ticket, label }) => `${ticket} is ${label}`,
});
const send_reply = createTool({
  id: 'send_reply',
  description: 'Sends a mail.',
  inputSchema: z.object({ to: z.string(), text: z.string() }),
  execute: async ({ to }) => `sent to ${to}`,
});

// A model named by text is one that nobody can meter: the router makes an object of it.
const model = new ModelRouterLanguageModel({
  id: 'openai/gpt-4o-mini',
  url: process.env['OPENAI_BASE_URL'] ?? 'https://api.openai.com/v1',
  apiKey: process.env['OPENAI_API_KEY'] ?? '',
});
const agent = new Agent({
  id: 'support',
  name: 'support',
  instructions: 'Answer the ticket, then label it.',
  model: meterModel(tollgate, model),
  tools: gateTools(tollgate, { set_label, send_reply }),
});

const result = await tollgate.run(
  { initiator: 'sam@example.com', initiatorToken: process.env['SAM_TOKEN'] },
  async (run) => {
    const { text } = await agent.generate('T-7: the printer is on fire. Kim wants to know.', {
      modelSettings: { maxOutputTokens: 500 },
    });
    return `${text} (${run.spentUsd()} USD)`;
  },
);

console.log(result.status, '-', result.output);
await tollgate.shutdown();
