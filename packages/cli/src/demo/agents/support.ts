import type { Tollgate } from '@tollgate/instrumentation';
import { gateTools } from '@tollgate/instrumentation/ai-sdk';
import { type ToolSet, tool } from 'ai';
import { z } from 'zod';
import type { World } from '../world/world.ts';

/** Works on tickets in SQLite, and sends replies through a mail server. */
export function supportTools(tollgate: Tollgate, { tickets, mail }: World): ToolSet {
  const tools = {
    search_tickets: tool({
      description: 'Tickets whose subject contains the words',
      inputSchema: z.object({ words: z.string() }),
      execute: ({ words }) => tickets.search(words),
    }),
    read_ticket: tool({
      description: 'One ticket',
      inputSchema: z.object({ ticket: z.string() }),
      execute: ({ ticket }) => tickets.read(ticket),
    }),
    read_payment_history: tool({
      description: 'What a customer has paid',
      inputSchema: z.object({ customer: z.string() }),
      execute: ({ customer }) => tickets.payments(customer),
    }),
    classify_ticket: tool({
      description: 'Proposes a queue for a ticket',
      inputSchema: z.object({ ticket: z.string(), queue: z.enum(['bug', 'billing', 'legal']) }),
      execute: ({ ticket, queue }) => ({ ticket: tickets.read(ticket).ticket, queue }),
    }),
    send_reply: tool({
      description: 'Sends a reply to the customer',
      inputSchema: z.object({ ticket: z.string(), to: z.string(), body: z.string() }),
      execute: ({ ticket, to, body }) =>
        mail.send({ to, subject: `Re: ${tickets.read(ticket).subject}`, body }),
    }),
  };
  // The file lets this tool read tickets; its code reads payments too, and says so. The gate believes both.
  return gateTools(tollgate, tools, { details: { read_payment_history: { reads: ['payments'] } } });
}
