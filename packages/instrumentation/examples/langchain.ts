import { AIMessage } from '@langchain/core/messages';
import { fakeModel } from '@langchain/core/testing';
import { start } from '@tollgate/instrumentation';
import { gateTools, meterModel, tollgateMiddleware } from '@tollgate/instrumentation/langchain';
import { createAgent, tool } from 'langchain';
import { z } from 'zod';

const tollgate = await start({ workflow: new URL('support.workflow.yaml', import.meta.url).pathname });

const setLabel = tool(async ({ ticket, label }) => `${ticket} is ${label}`, {
  name: 'set_label',
  description: 'Sets the label of a ticket.',
  schema: z.object({ ticket: z.string(), label: z.string() }),
});
const sendReply = tool(async ({ to }) => `sent to ${to}`, {
  name: 'send_reply',
  description: 'Sends a mail.',
  schema: z.object({ to: z.string(), text: z.string() }),
});

// LangChain's own test model, so that this runs without a provider: put `new ChatOpenAI({ model: 'gpt-4o-mini' })` here.
const scripted = fakeModel()
  .respondWithTools([{ name: 'set_label', args: { ticket: 'T-7', label: 'urgent' } }])
  .respondWithTools([{ name: 'send_reply', args: { to: 'kim@example.com', text: 'Use the extinguisher.' } }])
  .respond((messages) => new AIMessage(`Kim knows: ${messages.at(-1)?.text}`));

const agent = createAgent({
  model: meterModel(tollgate, scripted, { provider: 'openai', model: 'gpt-4o-mini' }),
  tools: gateTools(tollgate, [setLabel, sendReply]),
  middleware: [tollgateMiddleware(tollgate)],
});

const result = await tollgate.run(
  { initiator: 'sam@example.com', initiatorToken: process.env['SAM_TOKEN'] },
  async (run) => {
    const { messages } = await agent.invoke({ messages: 'T-7: the printer is on fire. Kim wants to know.' });
    const refused = run.refusals().map(({ reason }) => reason);
    return `${messages.at(-1)?.text} (refused: ${refused.join(', ') || 'nothing'})`;
  },
);

console.log(result.status, '-', result.output);
await tollgate.shutdown();
