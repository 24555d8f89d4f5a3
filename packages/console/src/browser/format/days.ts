import { utcParts } from './time.ts';

const DAY_MS = 86_400_000;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** The UTC date `days` before `nowMs`: `2026-03-01`. */
export function daysAgo(days: number, nowMs: number): string {
  return new Date(nowMs - days * DAY_MS).toISOString().slice(0, 10);
}

/** The first moment of a UTC date, or undefined where the text is no date. */
export function dayStart(date: string): string | undefined {
  return DATE.test(date) && !Number.isNaN(Date.parse(date)) ? `${date}T00:00:00Z` : undefined;
}

/** The first moment after a UTC date, so that the day itself is within. */
export function dayEnd(date: string): string | undefined {
  const start = dayStart(date);
  return start === undefined
    ? undefined
    : new Date(Date.parse(start) + DAY_MS).toISOString().replace('.000Z', 'Z');
}

/** The date of a day as the service writes it: a date, or a time on it. */
export function dayText(day: string): string {
  return utcParts(day)?.date ?? day;
}
