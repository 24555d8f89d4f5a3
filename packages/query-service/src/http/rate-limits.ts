import { isIPv6 } from 'node:net';
import { TollgateError } from '@tollgate/contract';
import type { Request, Response } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Identity } from '../identity/identity.ts';

/** How many requests are answered, by who asks. In the memory of this process. */
export interface RateLimitSettings {
  /** Of one agent's key, within ten seconds: its runs, decisions, heartbeats and budgets together. */
  readonly agent_per_10s: number;
  /** Of one person, within ten seconds. */
  readonly person_per_10s: number;
  /** Sign-ins from one address that failed, within a minute. One that succeeds does not count. */
  readonly failed_sign_ins_per_minute: number;
  /** Sign-ins by the organisation's provider that one address begins, within a minute: an office may have one address. */
  readonly sign_ons_per_minute: number;
}

/** So much that no agent and no page meets it, and that a loop that went wild does. */
export const DEFAULT_RATE_LIMITS: RateLimitSettings = {
  agent_per_10s: 30_000,
  person_per_10s: 2_000,
  failed_sign_ins_per_minute: 30,
  sign_ons_per_minute: 300,
};

export interface RateLimits {
  /** Counts a request. @throws TollgateError `too_many_requests`, with the headers set that say until when */
  identity(identity: Identity, response: Response): Promise<void>;
  /** Counts an attempt to sign in; it is taken back once the answer is no refusal. @throws as above */
  signIn(request: Request, response: Response): Promise<void>;
  /** Counts a sign-in that begins at the provider, each of which is remembered for a while. @throws as above */
  signOn(request: Request, response: Response): Promise<void>;
}

export function rateLimits(settings: RateLimitSettings): RateLimits {
  const agents = limiter('agent', settings.agent_per_10s, 10);
  const people = limiter('person', settings.person_per_10s, 10);
  const addresses = limiter('sign-in', settings.failed_sign_ins_per_minute, 60);
  const begun = limiter('sign-on', settings.sign_ons_per_minute, 60);
  return {
    identity: (identity, response) =>
      identity.kind === 'agent'
        ? count(agents, identity.key_id, response)
        : count(people, identity.person_id, response),
    signIn: async (request, response) => {
      const address = addressOf(request);
      await count(addresses, address, response);
      response.once('finish', () => {
        if (response.statusCode < 400) void addresses.memory.reward(address);
      });
    },
    signOn: (request, response) => count(begun, addressOf(request), response),
  };
}

const addressOf = ({ socket }: Request): string => network(socket.remoteAddress ?? '');

interface Limiter {
  readonly name: string;
  readonly memory: RateLimiterMemory;
  readonly policy: string;
}

const limiter = (name: string, points: number, duration: number): Limiter => ({
  name,
  memory: new RateLimiterMemory({ keyPrefix: name, points, duration }),
  policy: `"${name}";q=${points};w=${duration}`,
});

/** Headers as draft-ietf-httpapi-ratelimit-headers-10 has them. */
async function count({ name, memory, policy }: Limiter, key: string, response: Response): Promise<void> {
  const stand = await memory.consume(key).catch((refused: unknown) => {
    if (refused instanceof RateLimiterRes) return refused;
    throw refused;
  });
  const seconds = Math.max(1, Math.ceil(stand.msBeforeNext / 1000));
  response.setHeader('ratelimit-policy', policy);
  response.setHeader('ratelimit', `"${name}";r=${stand.remainingPoints};t=${seconds}`);
  if (stand.consumedPoints <= memory.points) return;
  response.setHeader('retry-after', String(seconds));
  throw new TollgateError('too_many_requests', `${memory.points} requests are answered in that time.`);
}

/** Who has one IPv6 address has 2⁶⁴ of them: they count as one. */
function network(address: string): string {
  if (!isIPv6(address) || address.startsWith('::ffff:')) return address;
  const [head = '', tail] = address.split('::');
  const [front, back] = [head.split(':').filter(Boolean), (tail ?? '').split(':').filter(Boolean)];
  const zeros = tail === undefined ? 0 : 8 - front.length - back.length;
  return [...front, ...Array<string>(zeros).fill('0'), ...back].slice(0, 4).join(':');
}
