import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerRefusal, answerSuccess, send } from './http/answer.ts';
import { type Refusal, refuse } from './http/refusals.ts';
import type { Ingest } from './ingest.ts';
import type { Readiness } from './keep/keeper.ts';
import type { Logger } from './logger.ts';
import type { CollectorMetrics } from './metrics.ts';

export interface RouterParts {
  readonly ingest: Ingest;
  readonly metrics: CollectorMetrics;
  readonly logger: Logger;
  readonly retryAfterSeconds: number;
  readonly draining: () => boolean;
  /** Whether bodies are taken, and in words how things stand. */
  readonly ready: () => Promise<Readiness>;
}

type Page = (response: ServerResponse) => Promise<void>;

/** Answers one request; the promise ends when there is nothing left to do for it, and never rejects. */
export type Router = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export function createRouter(parts: RouterParts): Router {
  const pages = pagesOf(parts);
  return async (request, response) => {
    if (parts.draining()) response.setHeader('connection', 'close');
    const path = request.url?.split('?', 1)[0] ?? '';
    const page = pages.get(path);
    try {
      if (page && isRead(request)) await page(response);
      else await post(request, response, path, page !== undefined, parts);
    } catch (error) {
      parts.logger.error({ error, path }, 'a request failed');
      refused(request, response, refuse('internal'), parts);
    }
  };
}

const isRead = ({ method }: IncomingMessage): boolean => method === 'GET' || method === 'HEAD';

async function post(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  isPage: boolean,
  parts: RouterParts,
): Promise<void> {
  const misdirected = isPage ? notAllowed(response, 'GET, HEAD') : misdirection(request, response, path);
  const result = misdirected ?? (parts.draining() ? refuse('shutting_down') : await parts.ingest(request));
  if (result.kind === 'refused') refused(request, response, result, parts);
  else answerSuccess(response, result.encoding, result.partial);
}

function misdirection(request: IncomingMessage, response: ServerResponse, path: string): Refusal | undefined {
  if (path === '/v1/metrics' || path === '/v1/logs') return refuse('signal_not_collected');
  if (path !== '/v1/traces') return refuse('not_found');
  return request.method === 'POST' ? undefined : notAllowed(response, 'POST');
}

function notAllowed(response: ServerResponse, allow: string): Refusal {
  response.setHeader('allow', allow);
  return refuse('method_not_allowed', `method not allowed here; allowed: ${allow}`);
}

function refused(
  request: IncomingMessage,
  response: ServerResponse,
  refusal: Refusal,
  parts: RouterParts,
): void {
  parts.metrics.refused(refusal.reason);
  answerRefusal(request, response, refusal, parts.retryAfterSeconds);
}

function pagesOf({ metrics, draining, ready }: RouterParts): ReadonlyMap<string, Page> {
  const text = 'text/plain; charset=utf-8';
  return new Map<string, Page>([
    ['/healthz', async (response) => send(response, 200, text, 'ok\n')],
    [
      '/readyz',
      async (response) => {
        if (draining()) return send(response, 503, text, 'shutting down\n');
        const { accepts, detail } = await ready();
        const lines = [accepts ? 'ready' : 'not ready', ...(detail === '' ? [] : [detail])];
        send(response, accepts ? 200 : 503, text, `${lines.join('\n')}\n`);
      },
    ],
    [
      '/metrics',
      async (response) => send(response, 200, metrics.registry.contentType, await metrics.registry.metrics()),
    ],
  ]);
}
