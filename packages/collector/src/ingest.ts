import type { IncomingMessage } from 'node:http';
import type { BudgetShare, ByteBudget } from './http/byte-budget.ts';
import { type Encoding, encodingOf, type PartialSuccess } from './http/encoding.ts';
import { presentedKey } from './http/ingest-key.ts';
import { readBody } from './http/read-body.ts';
import { type Refusal, refuse } from './http/refusals.ts';
import type { ResolvedLimits } from './limits.ts';
import type { Logger } from './logger.ts';
import type { CollectorMetrics } from './metrics.ts';
import type { KeyVerifier, Principal } from './principal.ts';
import { batchOf } from './rows/batch.ts';
import { Recent } from './store/recent.ts';
import { type Store, storeBatch } from './store/store-batch.ts';
import { batchToken } from './token.ts';

export interface IngestParts {
  readonly store: Store;
  readonly verifyKey: KeyVerifier;
  readonly limits: ResolvedLimits;
  readonly metrics: CollectorMetrics;
  readonly logger: Logger;
  readonly budget: ByteBudget;
}

export interface Acknowledged {
  readonly kind: 'acknowledged';
  readonly encoding: Encoding;
  readonly partial: PartialSuccess | undefined;
}

/** One `POST /v1/traces`, from its headers to the answer; it never rejects for anything that a client did. */
export type Ingest = (request: IncomingMessage) => Promise<Acknowledged | Refusal>;

/** What a decoded message and its share of a row take in memory, roughly. */
const BYTES_PER_MESSAGE = 100;

type Outcome =
  | { kind: 'stored'; remember: true; spans: number; partial: PartialSuccess | undefined }
  | { kind: 'failed'; remember: false; refusal: Refusal };

export function createIngest(parts: IngestParts): Ingest {
  const { limits, budget } = parts;
  const recent = new Recent<Outcome>(limits.rememberedBodies);
  let inFlight = 0;
  return async (request) => {
    const principal = await authenticate(request, parts);
    if (principal.kind === 'refused') return principal;
    const encoding = encodingOf(request.headers['content-type']);
    if (!encoding) return refuse('unsupported_media_type');
    if (inFlight >= limits.maxInFlightRequests) return refuse('busy');
    inFlight++;
    const share = budget.open();
    try {
      const body = await readBody(request, limits.maxBodyBytes, share);
      if (body.kind === 'refused') return body;
      return await take({ bytes: body.bytes, encoding, share }, principal.principal, recent, parts);
    } finally {
      share.release();
      inFlight--;
    }
  };
}

type Authentication = { kind: 'authenticated'; principal: Principal } | Refusal;

async function authenticate(request: IncomingMessage, parts: IngestParts): Promise<Authentication> {
  if (request.headers.origin !== undefined) return refuse('browser_origin');
  const key = presentedKey(request.headers);
  if (key === undefined) return refuse('unauthenticated');
  try {
    const principal = await parts.verifyKey(key);
    return principal ? { kind: 'authenticated', principal } : refuse('unauthenticated', 'unknown ingest key');
  } catch (error) {
    parts.logger.error({ error }, 'ingest keys cannot be verified');
    return refuse('keys_unavailable');
  }
}

interface Received {
  readonly bytes: Buffer;
  readonly encoding: Encoding;
  readonly share: BudgetShare;
}

async function take(
  received: Received,
  principal: Principal,
  recent: Recent<Outcome>,
  parts: IngestParts,
): Promise<Acknowledged | Refusal> {
  const { bytes, encoding } = received;
  const token = batchToken(principal, encoding.contentType, bytes);
  const turn = await recent.once(token, () => storeBody(received, principal, token, parts));
  const { outcome } = turn;
  if (outcome.kind === 'failed') return outcome.refusal;
  if (!turn.first) parts.metrics.repeated(outcome.spans);
  return { kind: 'acknowledged', encoding, partial: outcome.partial };
}

async function storeBody(
  { bytes, encoding, share }: Received,
  principal: Principal,
  token: string,
  { store, metrics, logger, limits }: IngestParts,
): Promise<Outcome> {
  const decoded = encoding.decode(bytes, limits.maxMessages);
  if (decoded.kind === 'malformed') return failed(refuse('malformed_body', decoded.message));
  if (decoded.kind === 'too_large') return failed(refuse('body_too_large', decoded.message));
  if (!share.take(decoded.messages * BYTES_PER_MESSAGE)) return failed(refuse('busy'));
  const batch = batchOf(decoded.resourceSpans, principal, store.maxRawBytes);
  const result = await storeBatch(batch, principal.principal, token, store);
  if (result.kind === 'unavailable') {
    logger.warn({ code: result.code, reason: result.message }, 'storage is not available');
    return failed(refuse('storage_unavailable'));
  }
  const { spans, rejections } = batch;
  for (const row of result.refused) rejections.add(row.reason, row.message);
  metrics.acknowledged(spans, rejections.counts());
  const rejectedSpans = rejections.total;
  const partial = rejectedSpans > 0 ? { rejectedSpans, errorMessage: rejections.message(spans) } : undefined;
  return { kind: 'stored', remember: true, spans, partial };
}

const failed = (refusal: Refusal): Outcome => ({ kind: 'failed', remember: false, refusal });
