import { DAY, FIRST_TIME, LONGEST } from '../rows/row-defect.ts';

interface Words {
  readonly low: number;
  readonly high: number;
}

const wordsOf = (value: bigint): Words => ({
  low: Number(value & 0xffff_ffffn),
  high: Number(value >> 32n),
});

const FIRST = wordsOf(FIRST_TIME);
export const LONGEST_DURATION = wordsOf(LONGEST);

/** Which times of spans the landing views let through, over pairs of words instead of bigints. */
export class TimeWindow {
  readonly #last: Words;

  /** @param nowNs nanoseconds since 1970 */
  constructor(nowNs: bigint) {
    this.#last = wordsOf(nowNs + DAY);
  }

  isTooEarly(low: number, high: number): boolean {
    return isLonger(FIRST.low, FIRST.high, { low, high: high | 0 });
  }

  isInTheFuture(low: number, high: number): boolean {
    return isLonger(low, high | 0, this.#last);
  }
}

/** Whether one number is greater than the other; high words are compared as they are, low ones unsigned. */
export function isLonger(low: number, high: number, than: Words): boolean {
  return high > than.high || (high === than.high && low > than.low);
}
