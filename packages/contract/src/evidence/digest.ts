import { hash, randomFillSync } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';

/** SHA-256 of UTF-8 text, in lower-case hex. */
export function sha256Hex(text: string): string {
  return hash('sha256', text, 'hex');
}

const NONCE_BYTES = 16;
/** Random bytes are fetched, and written in hex, for many nonces at once; none is handed out twice. */
const bytes = Buffer.alloc(256 * NONCE_BYTES);
let pool = '';
let used = 0;

/** A fresh 16-byte nonce in hex. Plain hashes of small values can be guessed; with the nonce gone, a digest says nothing. */
export function newNonce(): string {
  if (used === pool.length) {
    pool = randomFillSync(bytes).toString('hex');
    used = 0;
  }
  used += 2 * NONCE_BYTES;
  return pool.slice(used - 2 * NONCE_BYTES, used);
}

/** The salted digest of canonical JSON text: `sha256:` and SHA-256(nonce, line feed, text). */
export function saltedDigest(nonce: string, canonicalText: string): string {
  return `sha256:${sha256Hex(`${nonce}\n${canonicalText}`)}`;
}

/** What an approval is bound to; invariant 4. */
export interface ApprovalBinding {
  readonly workflow: string;
  readonly policy_version: string;
  readonly tool: string;
  /** Canonical JSON text of the arguments. */
  readonly arguments: string;
  readonly run_id: string;
  readonly initiator: string;
}

/** The salted digest over the canonical JSON of everything that an approval is bound to. */
export function bindingDigest(nonce: string, binding: ApprovalBinding): string {
  const { workflow, policy_version, tool, run_id, initiator } = binding;
  return saltedDigest(
    nonce,
    canonicalJson({ workflow, policy_version, tool, arguments: binding.arguments, run_id, initiator }),
  );
}
