import { start, ToolRefused } from '@tollgate/instrumentation';
import { z } from 'zod';

// The file has to be the registered one: `tollgate register support.workflow.yaml`.
const tollgate = await start({ workflow: new URL('support.workflow.yaml', import.meta.url).pathname });

const searchTickets = tollgate.tool({
  name: 'search_tickets',
  execute: async ({ query }: { query: string }) => [{ id: 'T-7', subject: `${query} is on fire` }],
});

const setLabel = tollgate.tool({
  name: 'set_label',
  parameters: z.object({ ticket: z.string(), label: z.string() }),
  execute: async ({ ticket, label }) => `${ticket} is ${label}`,
});

const sendReply = tollgate.tool({
  name: 'send_reply',
  execute: async ({ to }: { to: string; text: string }) => `sent to ${to}`,
});

const result = await tollgate.run(
  {
    initiator: 'sam@example.com',
    initiatorToken: process.env['SAM_TOKEN'],
    input: 'Close the printer ticket.',
  },
  async (run) => {
    const [ticket] = await searchTickets({ query: 'printer' }); // class 1: recorded
    if (ticket === undefined) return 'nothing to do';

    await run.model({ provider: 'openai', model: 'gpt-4o-mini', input: ticket.subject }, async () => {
      return { usage: { inputTokens: 900, outputTokens: 40 }, output: 'Use the extinguisher.' };
    });
    await run.cite({ statement: ticket.subject, origin: 'source', system: 'tickets', reference: ticket.id });

    await setLabel({ ticket: ticket.id, label: 'done' }); // class 2: its intent is synced to disk first
    try {
      return await sendReply({ to: 'kim@example.com', text: 'Use the extinguisher.' }); // class 3: waits for Ana
    } catch (error) {
      if (!(error instanceof ToolRefused)) throw error;
      await run.escalate({ reason: error.message });
      return 'a person takes over';
    }
  },
);

console.log(result.status, '-', result.output);
await tollgate.shutdown();
