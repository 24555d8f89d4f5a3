/** Times are shown in UTC, taken from the ISO text itself: nothing is rounded and no time zone of a browser comes in. */

const ISO = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:[.,](\d{1,9}))?(?:Z|\+00:00)?$/;

export interface UtcParts {
  /** 2026-03-01 */
  readonly date: string;
  /** 13:04:05 */
  readonly clock: string;
  /** Digits after the point, as given. */
  readonly fraction: string;
}

/** The parts of a UTC time, or undefined where the text is none: it is then shown as it came. */
export function utcParts(text: string): UtcParts | undefined {
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const [, date = '', clock = '', fraction = ''] = match;
  return { date, clock, fraction };
}

/** `2026-03-01 13:04 UTC` */
export function utcMinute(text: string): string {
  const parts = utcParts(text);
  return parts === undefined ? text : `${parts.date} ${parts.clock.slice(0, 5)}\u00a0UTC`;
}

/** `2026-03-01 13:04:05 UTC` */
export function utcSecond(text: string): string {
  const parts = utcParts(text);
  return parts === undefined ? text : `${parts.date} ${parts.clock}\u00a0UTC`;
}

/** `13:04:05.120`, for lists whose day is said elsewhere. */
export function utcClock(text: string): string {
  const parts = utcParts(text);
  return parts === undefined ? text : `${parts.clock}.${parts.fraction.slice(0, 3).padEnd(3, '0')}`;
}

/** Milliseconds since 1970, or undefined where the text is no time. */
export function epochMs(text: string): number | undefined {
  const parts = utcParts(text);
  if (parts === undefined) return undefined;
  const ms = Date.parse(`${parts.date}T${parts.clock}.${parts.fraction.slice(0, 3).padEnd(3, '0')}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}
