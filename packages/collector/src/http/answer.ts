import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Encoding, encodingOf, jsonEncoding, type PartialSuccess } from './encoding.ts';
import { REFUSALS, type Refusal } from './refusals.ts';

/** How long the rest of a refused body is read and thrown away before its connection is cut, in milliseconds. */
const LINGER_MS = 5_000;

export function answerSuccess(
  response: ServerResponse,
  encoding: Encoding,
  partial: PartialSuccess | undefined,
): void {
  send(response, 200, encoding.contentType, encoding.success(partial));
}

/** Answers a refusal in the request's own encoding, in JSON where it had none. */
export function answerRefusal(
  request: IncomingMessage,
  response: ServerResponse,
  refusal: Refusal,
  retryAfterSeconds: number,
): void {
  const { status, code, message } = REFUSALS[refusal.reason];
  if (status === 0) {
    request.destroy();
    return;
  }
  if (response.headersSent) return;
  if (status === 429 || status === 503) response.setHeader('retry-after', String(retryAfterSeconds));
  if (status === 401) response.setHeader('www-authenticate', 'Bearer');
  if (status === 415) response.setHeader('accept-encoding', 'gzip, zstd, identity');
  const encoding = encodingOf(request.headers['content-type']) ?? jsonEncoding;
  send(response, status, encoding.contentType, encoding.failure(code, refusal.detail ?? message));
  discardRest(request);
}

/**
 * Reads on for a while without keeping anything: a client that is still sending would otherwise see its connection
 * reset instead of the answer.
 */
function discardRest(request: IncomingMessage): void {
  if (request.complete) return;
  const cut = setTimeout(() => request.destroy(), LINGER_MS).unref();
  request.once('close', () => clearTimeout(cut));
  request.once('end', () => clearTimeout(cut));
  request.on('error', () => undefined);
  request.resume();
}

export function send(
  response: ServerResponse,
  status: number,
  contentType: string,
  body: Buffer | string,
): void {
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
}
