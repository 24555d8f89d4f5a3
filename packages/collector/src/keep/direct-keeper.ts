import { BlockPool } from '../batch/block-pool.ts';
import { wholeBody } from '../batch/decode-logged.ts';
import { type Incoming, rejectionText } from '../batch/incoming.ts';
import { MonthAllowance } from '../batch/month-allowance.ts';
import { Refusable } from '../batch/refusable.ts';
import type { Appended } from '../block/body-source.ts';
import { type Refusal, refuse } from '../http/refusals.ts';
import type { Ledger } from '../ledger.ts';
import type { ResolvedLimits } from '../limits.ts';
import type { Logger } from '../logger.ts';
import { insertBatch, insertQuarantine, type Store } from '../store/insert-batch.ts';
import type { InsertResult } from '../store/insert-result.ts';
import { Recent } from '../store/recent.ts';
import { decodeInto } from './decode-into.ts';
import type { Keeper, Kept } from './keeper.ts';

export interface DirectParts {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly limits: ResolvedLimits;
  readonly logger: Logger;
}

/**
 * Keeps nothing itself: each body is an insert of its own, under its own token, and its sender waits until the tables
 * have it. For use without a directory.
 */
export function directKeeper(parts: DirectParts): Keeper {
  const recent = new Recent<Kept>(parts.limits.rememberedBodies);
  const pool = new BlockPool(4);
  const refusable = new Refusable();
  const months = new MonthAllowance(parts.limits);
  return {
    opened: Promise.resolve(),
    hasRoom: true,
    keep: async (body) => {
      const { outcome, first } = await recent.once(body.token, () =>
        insertBody(body, { ...parts, pool, refusable, months }),
      );
      if (outcome.kind === 'kept' && !first) parts.ledger.repeated(outcome.spans);
      return outcome;
    },
    flush: async () => ({ kind: 'stored' }),
    forgetStored: async () => 0,
    readiness: () => ({ accepts: true, detail: '' }),
    close: async () => undefined,
  };
}

interface InsertParts extends DirectParts {
  readonly pool: BlockPool;
  readonly refusable: Refusable;
  readonly months: MonthAllowance;
}

async function insertBody(body: Incoming, parts: InsertParts): Promise<Kept> {
  const { pool, refusable, months } = parts;
  const block = pool.take();
  try {
    const appended = decodeInto(parts.limits)(block, body);
    if (appended.kind === 'malformed') return refuse('malformed_body', appended.message);
    if (appended.kind === 'too_large') return refuse('body_too_large', appended.message);
    if (!months.take(body.principal.principal, { before: 0, after: block.months }))
      return refuse('too_many_months');
    const result = await insertBatch(block.native(), appended.quarantine, body.token, parts.store);
    if (result.kind === 'rejected') return await quarantine(body, appended.spans, result, parts);
    if (result.kind === 'unavailable') return unavailable(result, parts);
    if (appended.rows > 0) refusable.stored();
    return stored(appended, parts);
  } finally {
    pool.give(block);
  }
}

function stored(
  { spans, rejections }: Extract<Appended, { kind: 'appended' }>,
  { ledger }: DirectParts,
): Kept {
  ledger.storedAtOnce(spans, rejections.counts());
  return { kind: 'kept', spans, rejected: rejections.total, message: rejectionText(rejections, spans) };
}

/** Unless too many come in a row: then it is not their fault. */
async function quarantine(
  { sent, principal, token }: Incoming,
  spans: number,
  refused: Extract<InsertResult, { kind: 'rejected' }>,
  parts: InsertParts,
): Promise<Kept> {
  if (!parts.refusable.take(1)) return unavailable(refused, parts);
  const why = `ClickHouse error ${refused.code}; ${spans} spans`;
  const row = wholeBody('unstorable', why, principal.principal, sent, parts.limits);
  const result = await insertQuarantine([row], `${token}:unstorable`, parts.store);
  if (result.kind !== 'stored') return unavailable(result, parts);
  parts.ledger.storedAtOnce(spans, [['unstorable', spans]]);
  return { kind: 'kept', spans, rejected: spans, message: unstorableText(spans, refused.code) };
}

export const unstorableText = (spans: number, code: number): string =>
  `${spans} of ${spans} spans were quarantined: unstorable (${spans}: ClickHouse error ${code})`;

function unavailable(
  { code, message }: { readonly code?: number | undefined; readonly message: string },
  { logger }: DirectParts,
): Refusal {
  logger.warn({ code, reason: message }, 'storage is not available');
  return refuse('storage_unavailable');
}
