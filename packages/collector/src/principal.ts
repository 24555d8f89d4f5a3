import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

/** Whom an ingest key belongs to, and for which workflows it may speak. */
export interface Principal {
  readonly principal: string;
  readonly team: string;
  /** `'*'` among them is every workflow. Spans that name no workflow are accepted from every principal. */
  readonly workflows: readonly string[];
}

/**
 * Resolves a presented key. `undefined`: no such key (401). A rejection: the verifier itself is not available, which
 * is answered with 503 and Retry-After, never with acceptance.
 */
export type KeyVerifier = (presented: string) => Promise<Principal | undefined>;

const Keys = z.array(
  z.object({
    key: z.string().min(16, 'an ingest key has at least 16 characters'),
    principal: z.string().min(1),
    team: z.string(),
    workflows: z.array(z.string()),
  }),
);

/** One entry of a key list held in memory. The key itself is hashed at once and not kept. */
export interface StaticKey extends Principal {
  readonly key: string;
}

/**
 * A verifier over a fixed list. Every entry is compared, each in constant time, so that neither the time of a refusal
 * nor that of a match tells anything about the list.
 * Throws a ZodError for an unusable list.
 */
export function staticKeyVerifier(keys: readonly StaticKey[]): KeyVerifier {
  const entries = Keys.parse(keys).map(({ key, ...principal }) => ({ hash: sha256(key), principal }));
  return async (presented) => {
    const hash = sha256(presented);
    let found: Principal | undefined;
    for (const entry of entries) if (timingSafeEqual(entry.hash, hash)) found = entry.principal;
    return found;
  };
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
