/** The first pause, in seconds; each one after is twice as long, until an hour. */
const FIRST_PAUSE = 5;
const LONGEST_PAUSE = 3600;

/**
 * How long to wait after an attempt that failed (seconds): longer each time, and less than the whole of it by chance, so
 * that many notifications do not come back at once. A receiver that says when it wants to be asked again is obeyed.
 * @param attempt which one failed, from 1
 * @param chance in [0, 1)
 */
export function pauseSeconds(
  attempt: number,
  retry_after_seconds: number | undefined,
  chance: number,
): number {
  const whole = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(attempt - 1, 20));
  return Math.max(whole * (0.5 + chance / 2), retry_after_seconds ?? 0);
}

/** Seconds that a `Retry-After` header asks for, by number or date; undefined where it says nothing of use. */
export function retryAfterSeconds(header: string | undefined, now_ms: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header);
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, (at - now_ms) / 1000);
}
