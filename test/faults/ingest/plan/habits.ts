import type { Rng } from '../../../support/rng.ts';

/** What a client does with a body, beside sending it again until it is acknowledged. */
export const HABITS = {
  once: 'sends it, and again as long as it is refused or unheard',
  again: 'sends it again after it was acknowledged',
  at_once: 'sends it several times at the same moment',
  both: 'sends it to both collectors',
  rebatched: 'sends its spans again, split and merged with those of another body',
  cut_off: 'loses its connection, and sends it again: to the other collector, or in other batches',
  given_up: 'loses its connection, and never sends it again',
  changed: 'sends a span again with other content',
} as const;
export type Habit = keyof typeof HABITS;

const SHARES: readonly (readonly [Habit, number])[] = [
  ['once', 34],
  ['again', 14],
  ['at_once', 10],
  ['both', 12],
  ['rebatched', 14],
  ['cut_off', 10],
  ['given_up', 3],
  ['changed', 3],
];

export function habitOf(rng: Rng): Habit {
  let rest = rng.below(SHARES.reduce((sum, [, share]) => sum + share, 0));
  for (const [habit, share] of SHARES) {
    rest -= share;
    if (rest < 0) return habit;
  }
  return 'once';
}
