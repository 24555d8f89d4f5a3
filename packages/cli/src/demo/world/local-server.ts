import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export type Handler = (method: string, path: string, body: string) => Promise<Answer> | Answer;

export interface LocalServer {
  readonly url: string;
  close(): Promise<void>;
}

const MAX_BODY = 64 * 1024;

/** A small JSON server on a loopback port that the operating system chooses. */
export async function listenLocally(handler: Handler): Promise<LocalServer> {
  const server = createServer(async (request, response) => {
    const { status, body } = await answer(handler, request);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => close(server) };
}

async function answer(handler: Handler, request: IncomingMessage): Promise<Answer> {
  try {
    return await handler(request.method ?? 'GET', request.url ?? '/', await readBody(request));
  } catch (error) {
    return { status: 500, body: { error: error instanceof Error ? error.message : 'failed' } };
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > MAX_BODY) throw new Error('the body is too large');
  }
  return text;
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
