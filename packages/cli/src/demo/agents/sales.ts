import type { Tollgate } from '@tollgate/instrumentation';
import { gateTools } from '@tollgate/instrumentation/ai-sdk';
import { type ToolSet, tool } from 'ai';
import { z } from 'zod';
import type { World } from '../world/world.ts';

/** Reads the CRM through its MCP server, and writes to contacts by mail. */
export function salesTools(tollgate: Tollgate, { crm, mail }: World): ToolSet {
  const tools = {
    find_account: tool({
      description: 'Accounts whose name contains the words',
      inputSchema: z.object({ name: z.string() }),
      execute: ({ name }) => crm.call('find_account', { name }),
    }),
    read_account: tool({
      description: 'One account',
      inputSchema: z.object({ account: z.string() }),
      execute: ({ account }) => crm.call('read_account', { account }),
    }),
    draft_follow_up: tool({
      description: 'Writes a draft for the account manager',
      inputSchema: z.object({ account: z.string(), body: z.string() }),
      execute: (draft) => draft,
    }),
    send_follow_up: tool({
      description: 'Sends a follow-up to a contact',
      inputSchema: z.object({ to: z.string(), body: z.string() }),
      execute: ({ to, body }) => mail.send({ to, subject: 'Following up', body }),
    }),
  };
  const reading = { hints: { readOnly: true } };
  return gateTools(tollgate, tools, { details: { find_account: reading, read_account: reading } });
}
