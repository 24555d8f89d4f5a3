import { z } from 'zod';

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;
const SHAPE = /^([1-9]\d{0,5})(s|m|h|d)$/;

/** A length of time such as `30m`, `24h` or `7d`. */
export const duration = z.string().regex(SHAPE, {
  error: 'write a length of time such as 30m, 24h or 7d (s, m, h or d)',
});

/** Seconds in a duration that `duration` accepts. */
export function durationSeconds(text: string): number {
  const [, count, unit] = SHAPE.exec(text) ?? [];
  if (count === undefined || unit === undefined) throw new RangeError(`not a duration: ${text}`);
  return Number(count) * SECONDS[unit as keyof typeof SECONDS];
}
