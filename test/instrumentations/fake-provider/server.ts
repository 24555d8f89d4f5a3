import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SCENARIOS } from '../scenarios.ts';
import { answerChat } from './chat.ts';
import { answerMessages } from './messages.ts';
import { answerResponses } from './responses.ts';
import { type Body, type Call, refuse, sendError } from './wire.ts';

export interface FakeProvider {
  readonly url: string;
  /** Calls that were answered (or broken off by the client), in order: what the provider would bill. */
  readonly answered: readonly string[];
  close(): Promise<void>;
}

const APIS = {
  '/v1/chat/completions': answerChat,
  '/v1/responses': answerResponses,
  '/v1/messages': answerMessages,
} as const;

/** OpenAI's and Anthropic's API on loopback. A request says in its text which scenario it plays: `scenario:NAME`. */
export async function startFakeProvider(): Promise<FakeProvider> {
  const answered: string[] = [];
  const failedOnce = new Set<string>();
  const server = createServer((request, response) => {
    handle(request, response, answered, failedOnce).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    answered,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  answered: string[],
  failedOnce: Set<string>,
): Promise<void> {
  const text = await textOf(request);
  const answer = Object.entries(APIS).find(([path]) => path === request.url?.split('?')[0])?.[1];
  const [, play = ''] = /play:([0-9a-f]+)/.exec(text) ?? [];
  const [, name] = /scenario:([a-z-]+)/.exec(text) ?? [];
  const scenario = SCENARIOS.find((one) => one.name === name);
  if (answer === undefined || scenario === undefined)
    return refuse(response, 404, `no such thing: ${request.url}`);
  if (scenario.ends === 'failed') return sendError(response, scenario.api, 400);
  if (scenario.retried && !failedOnce.has(play)) {
    failedOnce.add(play);
    return sendError(response, scenario.api, 503);
  }
  const body = JSON.parse(text) as Body;
  const nth = answered.filter((one) => one === play).length;
  const truth = scenario.truth[nth];
  if (truth === undefined) return refuse(response, 409, `${scenario.name} makes no call number ${nth + 1}`);
  answered.push(play);
  const call: Call = { scenario, truth, nth, body };
  await answer(call, response);
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
