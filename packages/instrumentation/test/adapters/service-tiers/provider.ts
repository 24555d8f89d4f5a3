import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { answerChat } from '../../../../../test/instrumentations/fake-provider/chat.ts';
import { answerMessages } from '../../../../../test/instrumentations/fake-provider/messages.ts';
import { answerResponses } from '../../../../../test/instrumentations/fake-provider/responses.ts';
import { type Body, sendError } from '../../../../../test/instrumentations/fake-provider/wire.ts';
import type { Api, Scenario, Truth } from '../../../../../test/instrumentations/scenarios.ts';
import { close, listen } from '../../support/gateway.ts';

/** How a provider serves the next calls. */
export interface Service extends Pick<Scenario, 'tier' | 'tierUnsaid' | 'ends'> {
  readonly truth: Truth;
}

/** What clients sent, as far as it is asked for here. */
type Sent = Body & { readonly service_tier?: string; readonly serviceTier?: string };

const APIS = { chat: answerChat, responses: answerResponses, messages: answerMessages };

/** OpenAI's and Anthropic's API on loopback, which serve a call as they are told to, whatever tier it asks for. */
export async function openProvider() {
  const requests: Sent[] = [];
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => response.destroy(Object(error)));
  });
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const body = JSON.parse(await textOf(request)) as Sent;
    requests.push(body);
    const api = apiOf(request.url ?? '');
    const { truth, ...told } = provider.service;
    if (told.ends === 'failed') return sendError(response, api, 400);
    const scenario: Scenario = { name: 'told', about: 'as the test says', api, truth: [truth], ...told };
    await APIS[api]({ scenario, truth, body, nth: 0 }, response);
  };
  const service: Service = { truth: { input: 0, output: 0 } };
  const provider = {
    url: `http://127.0.0.1:${await listen(server)}`,
    requests,
    service,
    close: () => close(server),
  };
  return provider;
}

function apiOf(url: string): Api {
  if (url.includes('/messages')) return 'messages';
  return url.includes('/responses') ? 'responses' : 'chat';
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  request.setEncoding('utf8');
  for await (const chunk of request) text += String(chunk);
  return text;
}
