import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Block =
  | { readonly type: 'text'; readonly text: string }
  /** `json` is what the model wrote, which may be no JSON at all. */
  | { readonly type: 'tool_use'; readonly id: string; readonly name: string; readonly json: string };

/** Tokens as Anthropic counts them: input without cache reads and creation. */
export interface AnthropicUsage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_read_input_tokens?: number;
  readonly cache_creation_input_tokens?: number;
  readonly cache_creation?: {
    readonly ephemeral_5m_input_tokens: number;
    readonly ephemeral_1h_input_tokens: number;
  };
  readonly service_tier?: string;
}

export interface Answer {
  readonly content: readonly Block[];
  readonly usage?: AnthropicUsage | undefined;
  /** Default: the model that was asked for. */
  readonly model?: string;
  /** Sends half of the text and then nothing more, until the client turns away. */
  readonly breaksOff?: boolean | undefined;
  /** An HTTP error instead. */
  readonly status?: number;
}

/** What a client sends to `POST /v1/messages`, as far as it matters here. */
export interface MessagesRequest {
  readonly model: string;
  readonly service_tier?: string;
  readonly system?: unknown;
  readonly messages: readonly { readonly role: string; readonly content: unknown }[];
  readonly tools?: readonly { readonly name: string }[];
}

export interface FakeProvider {
  readonly url: string;
  readonly requests: readonly MessagesRequest[];
  close(): Promise<void>;
}

/** Anthropic's Messages API on loopback: streams the answers of a script, and remembers what it was asked. */
export async function openFakeProvider(
  answer: (request: MessagesRequest, nth: number) => Answer,
): Promise<FakeProvider> {
  const requests: MessagesRequest[] = [];
  const server = createServer(async (request, response) => {
    const path = request.url?.split('?')[0];
    if (request.method !== 'POST' || path !== '/v1/messages') {
      response.writeHead(404).end('{}');
      return;
    }
    const body = JSON.parse(await textOf(request)) as MessagesRequest;
    requests.push(body);
    const id = `msg_${requests.length}_${crypto.randomUUID()}`;
    send(response, id, body.model, answer(body, requests.length - 1));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  request.setEncoding('utf8');
  for await (const chunk of request) text += String(chunk);
  return text;
}

function send(response: ServerResponse, id: string, asked: string, answer: Answer): void {
  const { content, usage, model = asked, breaksOff, status } = answer;
  if (status !== undefined) {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ type: 'error', error: { type: 'api_error', message: 'out of order' } }));
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const event = (type: string, data: object) =>
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  // As Anthropic does it: a response begins with its input and one token of output; its last part has the rest.
  const begun = usage === undefined ? {} : { usage: { ...usage, output_tokens: 1 } };
  const head = { id, type: 'message', role: 'assistant', model, content: [], stop_sequence: null };
  event('message_start', { message: { ...head, stop_reason: null, ...begun } });
  for (const [index, block] of content.entries()) {
    const { opening, deltas } = partsOf(block);
    event('content_block_start', { index, content_block: opening });
    for (const delta of breaksOff === true ? deltas.slice(0, 1) : deltas)
      event('content_block_delta', { index, delta });
    if (breaksOff === true) return;
    event('content_block_stop', { index });
  }
  const stop_reason = content.some(({ type }) => type === 'tool_use') ? 'tool_use' : 'end_turn';
  const final = usage === undefined ? {} : { usage: { output_tokens: usage.output_tokens } };
  event('message_delta', { delta: { stop_reason, stop_sequence: null }, ...final });
  event('message_stop', {});
  response.end();
}

function partsOf(block: Block) {
  if (block.type === 'text') {
    const middle = Math.ceil(block.text.length / 2);
    const halves = [block.text.slice(0, middle), block.text.slice(middle)];
    return {
      opening: { type: 'text', text: '' },
      deltas: halves.map((text) => ({ type: 'text_delta', text })),
    };
  }
  const { type, id, name, json } = block;
  return {
    opening: { type, id, name, input: {} },
    deltas: [{ type: 'input_json_delta', partial_json: json }],
  };
}

/** What the model got to read of its tool calls, by call: the results in all requests. */
export function resultsIn(requests: readonly MessagesRequest[]): ReadonlyMap<string, string> {
  const results = new Map<string, string>();
  for (const { messages } of requests)
    for (const { content } of messages)
      for (const block of Array.isArray(content) ? (content as Record<string, unknown>[]) : [])
        if (block['type'] === 'tool_result')
          results.set(String(block['tool_use_id']), wordsOf(block['content']));
  return results;
}

function wordsOf(content: unknown): string {
  if (!Array.isArray(content)) return String(content);
  return (content as { text?: string }[]).map(({ text = '' }) => text).join('\n');
}
