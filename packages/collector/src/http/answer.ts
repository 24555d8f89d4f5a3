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
  const body = encoding.failure(code, refusal.detail ?? message);
  if (request.complete) {
    send(response, status, encoding.contentType, body);
    return;
  }
  writeHead(response, status, encoding.contentType, body);
  response.write(body);
  discardRest(request, () => response.end());
}

/**
 * Reads on for a while without keeping anything, and only then ends the answer, which has left whole by then: with its
 * end Node may close the connection, and a client that is still sending would see that instead of the answer.
 */
function discardRest(request: IncomingMessage, then: () => void): void {
  const cut = setTimeout(() => request.destroy(), LINGER_MS).unref();
  const ended = () => {
    clearTimeout(cut);
    then();
  };
  request.once('close', ended).once('end', ended);
  request.on('error', () => undefined);
  request.resume();
}

export function send(
  response: ServerResponse,
  status: number,
  contentType: string,
  body: Buffer | string,
): void {
  writeHead(response, status, contentType, body);
  response.end(body);
}

function writeHead(
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
}
