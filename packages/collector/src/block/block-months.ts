import type { WordBuffer } from './columns/word-buffer.ts';
import type { TimeWindow } from './time-window.ts';

/** Milliseconds in one unit of a time's high word, of nanoseconds. */
const UNIT_MS = 2 ** 32 / 1e6;

/**
 * The months, in UTC, in which the rows of a block begin: each is a part of its own in every table, and a part costs the
 * engine the same for one row as for thousands. Told to within four seconds, by the high words of times alone.
 */
export class BlockMonths {
  readonly #months = new Set<number>();
  /** What `add` added last. */
  #added: number[] = [];
  /** The high words of the month that was asked for last. */
  #first = 0;
  #last = -1;

  get count(): number {
    return this.#months.size;
  }

  /** @param from the first row that is new; times outside the window are quarantined, and are of no month */
  add(timestamps: WordBuffer, from: number, window: TimeWindow): void {
    this.#added = [];
    const { words, length } = timestamps;
    for (let i = from * 2; i < length; i += 2) {
      const high = words[i + 1] ?? 0;
      if (high >= this.#first && high <= this.#last) continue;
      const low = words[i] ?? 0;
      if (!window.isTooEarly(low, high) && !window.isInTheFuture(low, high)) this.#enter(high);
    }
  }

  /** Forgets what `add` added last. */
  takeBack(): void {
    for (const month of this.#added) this.#months.delete(month);
    this.#forgetLast();
  }

  clear(): void {
    this.#months.clear();
    this.#forgetLast();
  }

  #enter(high: number): void {
    const time = new Date(high * UNIT_MS);
    const [year, month] = [time.getUTCFullYear(), time.getUTCMonth()];
    this.#first = Math.ceil(Date.UTC(year, month) / UNIT_MS);
    this.#last = Math.ceil(Date.UTC(year, month + 1) / UNIT_MS) - 1;
    const number = year * 12 + month;
    if (this.#months.has(number)) return;
    this.#months.add(number);
    this.#added.push(number);
  }

  #forgetLast(): void {
    this.#added = [];
    this.#first = 0;
    this.#last = -1;
  }
}
