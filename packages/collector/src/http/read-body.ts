import type { IncomingMessage } from 'node:http';
import type { Packing } from '../log/entry.ts';
import type { BudgetShare } from './fair-budget.ts';
import { GrowingBuffer } from './growing-buffer.ts';
import { type Refusal, type RefusalReason, refuse } from './refusals.ts';

export interface Body {
  readonly kind: 'body';
  /** As sent. */
  readonly bytes: Buffer;
  readonly packing: Packing;
}

const PACKINGS: readonly Packing[] = ['identity', 'gzip', 'zstd'];

/**
 * Reads a request's body as it is sent, and holds it to `maxBytes` while it streams. The request stays usable, so that a
 * refusal can still be answered.
 */
export function readBody(
  request: IncomingMessage,
  maxBytes: number,
  share: BudgetShare,
): Promise<Body | Refusal> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  const packing = PACKINGS.find((name) => name === encoding);
  if (!packing) return Promise.resolve(refuse('unsupported_encoding'));
  const length = Number(request.headers['content-length'] ?? 0);
  if (length > maxBytes) return Promise.resolve(refuse('body_too_large'));
  return collect(request, { packing, maxBytes, length, share });
}

interface Reading {
  readonly packing: Packing;
  readonly maxBytes: number;
  readonly length: number;
  readonly share: BudgetShare;
}

function collect(request: IncomingMessage, reading: Reading): Promise<Body | Refusal> {
  const { promise, resolve } = Promise.withResolvers<Body | Refusal>();
  const kept = new GrowingBuffer(reading.maxBytes, reading.length);
  let total = 0;
  const settle = (result: Body | Refusal) => {
    request.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone);
    // Whatever still goes wrong with it then is nobody's business any more.
    request.on('error', () => undefined);
    resolve(result);
  };
  const stop = (reason: RefusalReason) => {
    request.pause();
    settle(refuse(reason));
  };
  const onData = (chunk: Buffer) => {
    total += chunk.length;
    if (total > reading.maxBytes) return stop('body_too_large');
    const taken = reading.share.take(chunk.length);
    if (taken !== 'taken') return stop(taken === 'full' ? 'busy' : 'client_over_share');
    kept.append(chunk);
  };
  const onEnd = () => settle({ kind: 'body', bytes: kept.bytes(), packing: reading.packing });
  const onGone = () => settle(refuse('aborted'));
  request.on('data', onData).once('end', onEnd).once('error', onGone).once('close', onGone);
  return promise;
}
