import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** `tgk_` for an agent's key, `tgp_` for a person's token; then 12 bytes of id and 32 of secret, in hex. */
const SHAPE = /^(tgk|tgp)_([0-9a-f]{24})_([0-9a-f]{64})$/;

const PREFIX = { agent_key: 'tgk', person_token: 'tgp' } as const;
export type CredentialKind = keyof typeof PREFIX;

export interface NewSecret {
  readonly credential_id: string;
  /** Shown once, to whoever it is made for; the control state keeps `hash` alone. */
  readonly presented: string;
  readonly hash: string;
}

export function newSecret(kind: CredentialKind): NewSecret {
  const credential_id = randomBytes(12).toString('hex');
  const presented = `${PREFIX[kind]}_${credential_id}_${randomBytes(32).toString('hex')}`;
  return { credential_id, presented, hash: secretHash(presented) };
}

/** A random value for a cookie. */
export const newCookieValue = (): string => randomBytes(32).toString('hex');

/** A plain digest is enough: the secrets are 256 random bits, which nobody can try out. */
export const secretHash = (presented: string): string => createHash('sha256').update(presented).digest('hex');

/** What a presented text claims to be; undefined where it has not the shape of any of ours. */
export function readSecret(
  presented: string,
): { readonly kind: CredentialKind; readonly credential_id: string } | undefined {
  const [, prefix, credential_id] = SHAPE.exec(presented) ?? [];
  if (credential_id === undefined) return undefined;
  return { kind: prefix === PREFIX.agent_key ? 'agent_key' : 'person_token', credential_id };
}

/** Compares digests in hex without telling by time where they differ. */
export function sameHash(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a, 'hex'), Buffer.from(b, 'hex')];
  return left.length === right.length && timingSafeEqual(left, right);
}
