import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Api, Scenario, Truth } from '../scenarios.ts';

/** What a client sent, as far as the answer depends on it. */
export interface Body {
  readonly model: string;
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean } | null;
}

export interface Call {
  readonly scenario: Scenario;
  readonly truth: Truth;
  /** The place of this call among those of its play, from 0. */
  readonly nth: number;
  readonly body: Body;
}

/** What an answer says of the tier that served the call; `ordinary` is the API's word for the standard one. */
export function tierIn({ tier, tierUnsaid }: Scenario, ordinary: string): { readonly service_tier?: string } {
  return tierUnsaid ? {} : { service_tier: tier ?? ordinary };
}

export function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json', 'request-id': 'req_1' });
  response.end(JSON.stringify(value));
}

/** One server-sent event. */
export type Event = { readonly event?: string; readonly data: unknown };

/** Sends the events and ends; of an aborted stream only the first ones, and then nothing until the client turns away. */
export async function sendEvents(
  response: ServerResponse,
  events: readonly Event[],
  { breakAfter }: { breakAfter?: number | undefined },
): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const { event, data } of events.slice(0, breakAfter)) {
    const text = typeof data === 'string' ? data : JSON.stringify(data);
    response.write(`${event === undefined ? '' : `event: ${event}\n`}data: ${text}\n\n`);
  }
  if (breakAfter === undefined) response.end();
  else await once(response, 'close');
}

export function sendError(response: ServerResponse, api: Api, status: number): void {
  const error = { type: 'invalid_request_error', message: 'Not today.', code: null, param: null };
  // SDKs wait this long before they try again.
  response.writeHead(status, { 'content-type': 'application/json', 'retry-after-ms': '1' });
  response.end(JSON.stringify(api === 'messages' ? { type: 'error', error } : { error }));
}

export function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' });
  response.end(message);
}
