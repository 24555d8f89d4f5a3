import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { z } from 'zod';

const here = fileURLToPath(import.meta.url);
/** Beside this file, as source or compiled. */
const SERVER = join(dirname(here), `crm-server${extname(here)}`);

const toolResult = z.object({
  isError: z.boolean().optional(),
  content: z.array(z.object({ type: z.literal('text'), text: z.string() })).min(1),
});

export interface Crm {
  /** Calls a tool of the CRM over MCP and reads the JSON in its answer. @throws where the server reports an error. */
  call(tool: string, args: Record<string, unknown>): Promise<unknown>;
  close(): Promise<void>;
}

/** Starts the CRM's MCP server as a child process, over a SQLite database in `directory`, and connects to it. */
export async function connectCrm(directory: string): Promise<Crm> {
  const client = new Client({ name: 'sales-account-research', version: '1.0.0' });
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: ['--disable-warning=ExperimentalWarning', SERVER, join(directory, 'crm.sqlite')],
      stderr: 'ignore',
    }),
  );
  return {
    call: async (name, args) => {
      const { isError, content } = toolResult.parse(await client.callTool({ name, arguments: args }));
      const text = content[0]?.text ?? 'null';
      if (isError === true) throw new Error(`the CRM says: ${text}`);
      return JSON.parse(text);
    },
    close: () => client.close(),
  };
}
