import { epochMs } from './time.ts';

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** A length of time in its two largest units: `2 d 3 h`, `12 min 5 s`. Rounds down to whole seconds. */
export function spanText(seconds: number): string {
  let rest = Math.max(0, Math.floor(seconds));
  const first = UNITS.findIndex(([, size]) => rest >= size);
  if (first === -1) return '0 s';
  const parts: string[] = [];
  for (const [name, size] of UNITS.slice(first, first + 2)) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${name}`);
  }
  return parts.join(' ');
}

export type Due =
  | { readonly when: 'ahead'; readonly text: string; readonly seconds: number }
  | { readonly when: 'past'; readonly text: string; readonly seconds: number };

/** How far away a time is, as seen at `nowMs`; undefined where the text is no time. */
export function dueIn(iso: string, nowMs: number): Due | undefined {
  const at = epochMs(iso);
  if (at === undefined) return undefined;
  const seconds = Math.floor((at - nowMs) / 1000);
  return seconds > 0
    ? { when: 'ahead', text: spanText(seconds), seconds }
    : { when: 'past', text: spanText(-seconds), seconds: -seconds };
}

/** `3 min 2 s` between two times; undefined where either is none. */
export function between(start: string, end: string): string | undefined {
  const from = epochMs(start);
  const to = epochMs(end);
  return from === undefined || to === undefined ? undefined : spanText((to - from) / 1000);
}
