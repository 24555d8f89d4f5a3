import type { Clock } from '../deps.ts';

/** Nanoseconds as the control state stores them: 19 digits, so that text order is time order. */
export const timeText = (nanoseconds: bigint): string => nanoseconds.toString().padStart(19, '0');

/** As the API shows times: ISO 8601, UTC, to the millisecond below. */
export const isoTime = (time: string | bigint): string =>
  new Date(Number(BigInt(time) / 1_000_000n)).toISOString();

/** The same for a time that may not be there. */
export const isoTimeOrNull = (time: string | null): string | null => (time === null ? null : isoTime(time));

export const seconds = (count: number): bigint => BigInt(Math.round(count * 1000)) * 1_000_000n;

/**
 * The system's clock, which never gives the same or an earlier time twice in one process: what the service received
 * later is later (invariant 4), also when the host's clock is set back.
 */
export function systemClock(): Clock {
  let last = 0n;
  return () => {
    const now = BigInt(Date.now()) * 1_000_000n;
    last = now > last ? now : last + 1n;
    return last;
  };
}
