import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { postJson } from './json-client.ts';
import { listenLocally } from './local-server.ts';

const message = z.object({ to: z.string(), subject: z.string(), body: z.string() });
export type Message = z.output<typeof message>;

export interface MailServer {
  send(message: Message): Promise<{ delivered: true }>;
  /** What really went out: the file that the server writes. */
  delivered(): Promise<readonly Message[]>;
  close(): Promise<void>;
}

/** A mail provider's HTTP API in small: POST /messages appends to `directory/outgoing-mail.jsonl`. */
export async function createMailServer(directory: string): Promise<MailServer> {
  const file = join(directory, 'outgoing-mail.jsonl');
  await writeFile(file, '');
  const server = await listenLocally(async (method, path, body) => {
    if (method !== 'POST' || path !== '/messages') return { status: 404, body: {} };
    await appendFile(file, `${JSON.stringify(message.parse(JSON.parse(body)))}\n`);
    return { status: 202, body: { delivered: true } };
  });
  return {
    send: async (sent) => {
      await postJson(`${server.url}/messages`, sent);
      return { delivered: true };
    },
    delivered: async () => {
      const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
      return lines.map((line) => message.parse(JSON.parse(line)));
    },
    close: server.close,
  };
}
