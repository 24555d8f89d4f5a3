import { request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { type Address, destinationOf, type Resolve } from './addresses.ts';
import { retryAfterSeconds } from './retry.ts';

/** How one attempt ended. */
export type PostOutcome =
  | { readonly kind: 'answered'; readonly status: number; readonly retry_after_seconds?: number }
  /** No answer; `why` is one word: `timeout`, `address_not_allowed`, or the code of the system's error. */
  | { readonly kind: 'unanswered'; readonly why: string };

export interface PostOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly allow_private: boolean;
  readonly resolve: Resolve;
  readonly timeout_ms: number;
  /** Ends the attempt. */
  readonly signal: AbortSignal;
  /** For the header `Retry-After` where it is a date; milliseconds since 1970. */
  readonly now_ms: number;
}

/** Posts once, to an address that was checked, and follows no redirect: what it leads to was not checked. */
export async function post(options: PostOptions): Promise<PostOutcome> {
  const url = new URL(options.url);
  const timeout = AbortSignal.timeout(options.timeout_ms);
  const signal = AbortSignal.any([options.signal, timeout]);
  const ended = Promise.withResolvers<'ended'>();
  signal.addEventListener('abort', () => ended.resolve('ended'), { once: true });
  const where = await Promise.race([
    destinationOf(url.hostname, options.resolve, options.allow_private),
    ended.promise,
  ]);
  if (where === 'ended') return { kind: 'unanswered', why: 'timeout' };
  if (where.kind === 'refused') return { kind: 'unanswered', why: where.why };
  const outcome = await exchange(url, where.addresses, { ...options, signal });
  return outcome.kind === 'unanswered' && timeout.aborted ? { ...outcome, why: 'timeout' } : outcome;
}

function exchange(
  url: URL,
  addresses: readonly [Address, ...Address[]],
  options: PostOptions,
): Promise<PostOutcome> {
  const { headers, body, signal, now_ms } = options;
  const details: RequestOptions = {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', 'user-agent': 'tollgate' },
    lookup: checkedLookup(addresses),
    // A connection of its own: none is left over that was made to another address of the same name.
    agent: false,
    signal,
  };
  return new Promise((resolve) => {
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, details, (response) => {
      const { statusCode: status = 0, headers: answer } = response;
      const after = retryAfterSeconds(answer['retry-after'], now_ms);
      resolve({ kind: 'answered', status, ...(after === undefined ? {} : { retry_after_seconds: after }) });
      // What it says beside its status is of no use, and may be endless.
      response.destroy();
    });
    request.on('error', (error) => resolve({ kind: 'unanswered', why: wordOf(error) }));
    request.end(body);
  });
}

/** Answers with what was checked, whatever the name says by now. */
const checkedLookup =
  (addresses: readonly [Address, ...Address[]]): LookupFunction =>
  (_hostname, options, callback) => {
    const [first] = addresses;
    if (options.all === true) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };

const wordOf = (error: Error): string =>
  'code' in error && typeof error.code === 'string' ? error.code.toLowerCase() : 'failed';
