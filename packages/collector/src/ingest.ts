import type { IncomingMessage } from 'node:http';
import { type Encoding, encodingOf, type PartialSuccess } from './http/encoding.ts';
import type { BudgetShare, FairBudget } from './http/fair-budget.ts';
import { presentedKey } from './http/ingest-key.ts';
import { type Body, readBody } from './http/read-body.ts';
import { type Refusal, refuse } from './http/refusals.ts';
import type { Turnstile } from './http/turnstile.ts';
import { unpack } from './http/unpack.ts';
import type { Keeper, Kept } from './keep/keeper.ts';
import type { ResolvedLimits } from './limits.ts';
import type { Logger } from './logger.ts';
import type { KeyVerifier, Principal } from './principal.ts';
import { batchToken } from './token.ts';

export interface IngestParts {
  readonly keeper: Keeper;
  readonly verifyKey: KeyVerifier;
  readonly limits: ResolvedLimits;
  readonly logger: Logger;
  readonly budget: FairBudget;
  readonly turnstile: Turnstile;
}

export interface Acknowledged {
  readonly kind: 'acknowledged';
  readonly encoding: Encoding;
  readonly partial: PartialSuccess | undefined;
}

/** One `POST /v1/traces`, from its headers to the answer; it never rejects for anything that a client did. */
export type Ingest = (request: IncomingMessage) => Promise<Acknowledged | Refusal>;

export function createIngest(parts: IngestParts): Ingest {
  const { limits, budget } = parts;
  let inFlight = 0;
  return async (request) => {
    const authentication = await authenticate(request, parts);
    if (authentication.kind === 'refused') return authentication;
    const { principal } = authentication;
    const encoding = encodingOf(request.headers['content-type']);
    if (!encoding) return refuse('unsupported_media_type');
    if (inFlight >= limits.maxInFlightRequests) return refuse('busy');
    inFlight++;
    const share = budget.open(principal.principal);
    try {
      const body = await readBody(request, limits.maxBodyBytes, share);
      if (body.kind === 'refused') return body;
      const kept = await takeIn({ body, encoding, share, principal }, parts);
      return kept.kind === 'refused' ? kept : acknowledged(encoding, kept);
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
  readonly body: Body;
  readonly encoding: Encoding;
  readonly share: BudgetShare;
  readonly principal: Principal;
}

/** Unpacks and keeps a body. Who waits for its turn holds no more than what was sent. */
async function takeIn(received: Received, parts: IngestParts): Promise<Kept> {
  const started = await parts.turnstile.pass(() => unpackAndKeep(received, parts));
  return 'kept' in started ? await started.kept : started;
}

/** The turn is over when the body is decoded; what follows is waiting for the disk, in a promise of its own. */
async function unpackAndKeep(
  { body, encoding, share, principal }: Received,
  { keeper, limits }: IngestParts,
): Promise<{ readonly kept: Promise<Kept> } | Refusal> {
  const { bytes: sent, packing } = body;
  let total = 0;
  let refusal = refuse('body_too_large');
  const unpacked = await unpack(sent, packing, limits.maxBodyBytes, (bytes) => {
    total += bytes;
    if (total > limits.maxBodyBytes) return false;
    // What was not packed is already counted.
    const taken = packing === 'identity' ? 'taken' : share.take(bytes);
    if (taken !== 'taken') refusal = refuse(taken === 'full' ? 'busy' : 'client_over_share');
    return taken === 'taken';
  });
  if (unpacked.kind === 'stopped') return refusal;
  if (unpacked.kind === 'broken') return refuse('malformed_body', `the body is not valid ${packing}`);
  const token = batchToken(principal, encoding.contentType, unpacked.bytes);
  const rest = { principal, encoding: encoding.name, packing, sent, receivedMs: Date.now() };
  return { kept: keeper.keep({ ...rest, unpacked: unpacked.bytes, token }) };
}

function acknowledged(
  encoding: Encoding,
  { rejected, message }: Extract<Kept, { kind: 'kept' }>,
): Acknowledged {
  const partial = rejected > 0 ? { rejectedSpans: rejected, errorMessage: message } : undefined;
  return { kind: 'acknowledged', encoding, partial };
}
