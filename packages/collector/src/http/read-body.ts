import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { BudgetShare } from './byte-budget.ts';
import { GrowingBuffer } from './growing-buffer.ts';
import { type Refusal, type RefusalReason, refuse } from './refusals.ts';

export interface Body {
  readonly kind: 'body';
  readonly bytes: Buffer;
}

/**
 * Reads a request's body, unpacking gzip, and holds both sizes to `maxBytes` while it streams: no more than that is
 * ever kept, however long the body or however high its compression. The request stays usable, so that a refusal can
 * still be answered.
 */
export async function readBody(
  request: IncomingMessage,
  maxBytes: number,
  share: BudgetShare,
): Promise<Body | Refusal> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding !== 'gzip' && encoding !== 'identity') return refuse('unsupported_encoding');
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return refuse('body_too_large');
  const kept = new GrowingBuffer(maxBytes);
  const keep = keeper(kept, maxBytes, share);
  // Without destroyOnReturn, leaving the loop would take the connection along and nobody could be answered.
  const source = counted(request.iterator({ destroyOnReturn: false }), maxBytes);
  try {
    if (encoding === 'gzip') await pipeline(source, createGunzip(), keep);
    else await keep(source);
  } catch (error) {
    return failure(error);
  }
  return { kind: 'body', bytes: kept.bytes() };
}

class Stopped extends Error {
  readonly reason: RefusalReason;
  constructor(reason: RefusalReason) {
    super(reason);
    this.reason = reason;
  }
}

/** Bounds what arrives as well: empty gzip members unpack to nothing, for ever. */
async function* counted(source: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Buffer> {
  let total = 0;
  for await (const chunk of source) {
    total += chunk.length;
    if (total > maxBytes) throw new Stopped('body_too_large');
    yield chunk;
  }
}

function keeper(kept: GrowingBuffer, maxBytes: number, share: BudgetShare) {
  return async (source: AsyncIterable<Buffer>): Promise<void> => {
    let total = 0;
    for await (const chunk of source) {
      total += chunk.length;
      if (total > maxBytes) throw new Stopped('body_too_large');
      if (!share.take(chunk.length)) throw new Stopped('busy');
      kept.append(chunk);
    }
  };
}

const CLIENT_GONE = new Set(['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED']);

function failure(error: unknown): Refusal {
  if (error instanceof Stopped) return refuse(error.reason);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code.startsWith('Z_')) return refuse('malformed_body', 'the body is not valid gzip');
  if (CLIENT_GONE.has(code)) return refuse('aborted');
  throw error;
}
