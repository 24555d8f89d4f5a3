/** How often what may be repeated is tried, and how long is waited at most in between. */
export interface RetryOptions {
  /** In all; 1 is no repetition. Defaults to 4. */
  readonly attempts?: number;
  /** Longest pause in ms; a service that asks for a longer one is not asked again. Defaults to 20,000. */
  readonly longest_ms?: number;
}

const FIRST_MS = 200;
/** A method that may be sent twice does no more than one that is sent once (RFC 9110, section 9.2.2). */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'DELETE', 'PUT']);
/** Answers that say: later. */
const LATER: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** The pause before the next attempt in ms; undefined where there is to be none. Pure, but for the jitter. */
export function pauseBefore(
  { method, attempt, status, retryAfter }: Attempt,
  { attempts = 4, longest_ms = 20_000 }: RetryOptions,
  now = Date.now(),
): number | undefined {
  if (!IDEMPOTENT.has(method) || attempt >= attempts) return undefined;
  if (status !== undefined && !LATER.has(status)) return undefined;
  const asked = retryAfterMs(retryAfter, now);
  if (asked !== undefined && asked > longest_ms) return undefined;
  const backoff = Math.min(longest_ms, FIRST_MS * 2 ** (attempt - 1));
  return Math.max(asked ?? 0, backoff * (0.5 + Math.random() / 2));
}

interface Attempt {
  readonly method: string;
  /** 1 for the first. */
  readonly attempt: number;
  /** Undefined where there was no answer. */
  readonly status: number | undefined;
  readonly retryAfter: string | null;
}

/** Seconds, or a date (RFC 9110, section 10.2.3). */
function retryAfterMs(text: string | null, now: number): number | undefined {
  if (text === null) return undefined;
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
