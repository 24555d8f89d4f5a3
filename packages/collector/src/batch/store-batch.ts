import { randomUUID } from 'node:crypto';
import type { Rejected } from '../ledger.ts';
import type { BodyLog } from '../log/body-log.ts';
import type { Logger } from '../logger.ts';
import { insertBatch, type Store } from '../store/insert-batch.ts';
import type { InsertResult } from '../store/insert-result.ts';
import { untilDone } from './backoff.ts';
import type { BlockPool } from './block-pool.ts';
import type { BodyBatch } from './body-batch.ts';
import type { DecodeLimits } from './decode-logged.ts';
import { isolate } from './isolate.ts';
import type { Refusable } from './refusable.ts';

export interface StoreParts {
  readonly log: BodyLog;
  readonly store: Store;
  readonly pool: BlockPool;
  readonly limits: DecodeLimits;
  readonly logger: Logger;
  /** Ends every waiting; what is not stored by then stays in the log. */
  readonly signal: AbortSignal;
  /** An attempt has failed, and will be repeated. */
  readonly onTrouble: (batch: BodyBatch) => void;
  readonly refusable: Refusable;
}

/** `spoiled`: a body in it was never logged. `stopped`: not stored yet, and still in the log. */
export type BatchEnd =
  | { readonly kind: 'stored'; readonly rejected: Rejected; readonly unstorable: ReadonlyMap<number, string> }
  | { readonly kind: 'spoiled' }
  | { readonly kind: 'stopped' };

/**
 * Stores a batch, however long that takes: its token goes to the log before its first insert, so that after a crash it
 * is the same batch again. Where the rows themselves are refused, the guilty bodies are found and quarantined.
 */
export async function storeBatch(batch: BodyBatch, parts: StoreParts): Promise<BatchEnd> {
  const token = await tokenOf(batch, parts);
  if (token === undefined) return batch.spoiled ? { kind: 'spoiled' } : { kind: 'stopped' };
  const { refusable } = parts;
  let before = Number.POSITIVE_INFINITY;
  const end = await untilDone<BatchEnd>(async () => {
    // Refused again, while others were stored: then it is what these bodies hold.
    const believed = refusable.successes > before;
    before = refusable.successes;
    const { rows, quarantine } = batch;
    const result = await insertBatch(rows, quarantine, token, parts.store);
    if (result.kind === 'stored') {
      if (rows.rows > 0) refusable.stored();
      return { kind: 'stored', rejected: batch.rejected, unstorable: new Map() };
    }
    const isolated =
      result.kind === 'rejected' ? await isolate(batch, { token, refused: result, believed }, parts) : result;
    if (isolated.kind === 'stored') return isolated;
    troubled(isolated, batch, parts);
    return 'again';
  }, parts.signal);
  return end === 'stopped' ? { kind: 'stopped' } : end;
}

function troubled(
  result: Extract<InsertResult, { kind: 'unavailable' }>,
  batch: BodyBatch,
  { logger, onTrouble }: StoreParts,
): void {
  onTrouble(batch);
  logger.warn(
    { code: result.code, reason: result.message, spans: batch.spans },
    'storage is not available; spans wait in the log',
  );
}

async function tokenOf(batch: BodyBatch, { log, signal }: StoreParts): Promise<string | undefined> {
  if (batch.token !== undefined) return batch.token;
  await log.settled(batch.lastId);
  if (batch.spoiled) return undefined;
  const token = randomUUID();
  const marked = await untilDone(
    async () => ((await log.appendBatch(token, batch.ranges)) === 'synced' ? token : 'again'),
    signal,
  );
  if (marked === 'stopped') return undefined;
  batch.token = token;
  return token;
}
