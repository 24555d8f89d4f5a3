import { z } from 'zod';
import type { ToolUnderTest } from '../driver.ts';

/** One time that a tool's own code really ran. */
export interface Execution {
  readonly tool: string;
  readonly args: unknown;
  readonly signal: AbortSignal | undefined;
}

type Changes = Partial<Omit<ToolUnderTest, 'name' | 'execute'>> & {
  readonly execute?: (args: unknown, signal?: AbortSignal) => unknown;
};

const ticket = z.string();

/** Names are the workflow's; `delete_ticket` is blocked there, and `wipe_disk` unheard of. */
const PARAMETERS = {
  search_tickets: z.object({ query: z.string() }),
  classify: z.object({ item: z.string() }),
  set_label: z.object({ ticket, label: z.string() }),
  add_note: z.object({ ticket, note: z.string(), author: z.string().optional() }),
  send_reply: z.object({ to: z.string(), text: z.string() }),
  delete_ticket: z.object({ ticket }),
  wipe_disk: z.object({ path: z.string() }),
} as const;

export type ToolName = keyof typeof PARAMETERS;

/** Tools that do nothing but remember that they ran, and with what. */
export function workshop() {
  const executions: Execution[] = [];
  const tool = (name: ToolName, changes: Changes = {}): ToolUnderTest => ({
    name,
    description: `the ${name} of the conformance suite`,
    parameters: PARAMETERS[name],
    ...changes,
    execute: async (args, signal) => {
      // A copy, and not through JSON, which would hide what makes an argument odd.
      executions.push({ tool: name, args: structuredClone(args), signal });
      return changes.execute === undefined ? { did: name } : changes.execute(args, signal);
    },
  });
  return { executions, tool };
}
