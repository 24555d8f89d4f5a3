import type { BodyLog } from '../log/body-log.ts';
import { type IdRange, RangeSet } from '../log/range-set.ts';
import type { OpenBatch } from '../log/recovery.ts';
import type { BlockPool } from './block-pool.ts';
import { BodyBatch } from './body-batch.ts';
import { type DecodeLimits, decodeLogged } from './decode-logged.ts';

/** What waits in the log alone, and becomes batches again when there is room: oldest first. */
export class Backlog {
  readonly #log: BodyLog;
  readonly #pool: BlockPool;
  readonly #limits: DecodeLimits;
  readonly #ids = new RangeSet();
  /** Batches that a crash left behind: the same bodies under the same token. */
  readonly #again: OpenBatch[] = [];

  constructor(log: BodyLog, pool: BlockPool, limits: DecodeLimits) {
    this.#log = log;
    this.#pool = pool;
    this.#limits = limits;
  }

  addBatch(batch: OpenBatch): void {
    this.#again.push(batch);
  }

  add(ranges: readonly IdRange[]): void {
    for (const range of ranges) this.#ids.add(range);
  }

  get isEmpty(): boolean {
    return this.#ids.ranges.length === 0 && this.#again.length === 0;
  }

  /** Whether fewer spans wait than this. */
  isBelow(spans: number): boolean {
    if (this.#again.length > 0) return false;
    let left = spans;
    for (const range of this.#ids.ranges) {
      left -= this.#log.spansIn(range, left);
      if (left <= 0) return false;
    }
    return true;
  }

  /**
   * Decodes the next batch; undefined where nothing was left to decode. Rejects where the log cannot be read, and then
   * has taken nothing. Never called twice at a time.
   */
  async next(isFull: (batch: BodyBatch) => boolean): Promise<BodyBatch | undefined> {
    const again = this.#again[0];
    const batch = new BodyBatch(this.#pool, again?.token);
    if (again) {
      await this.#fill(batch, again.ranges, () => false);
      this.#again.splice(this.#again.indexOf(again), 1);
    } else await this.#fillOldest(batch, isFull);
    if (batch.bodies > 0) return batch;
    batch.release();
    return undefined;
  }

  async #fillOldest(batch: BodyBatch, isFull: (batch: BodyBatch) => boolean): Promise<void> {
    const first = this.#ids.ranges[0]?.[0];
    if (first === undefined) return;
    await this.#log.settled(first);
    const settled = this.#log.settledId;
    const ranges = this.#ids.ranges
      .filter(([from]) => from <= settled)
      .map(([from, to]): IdRange => [from, Math.min(to, settled)]);
    // Taken out at once: what is added meanwhile may lie between.
    for (const range of ranges) this.#ids.remove(range);
    let end = 0;
    try {
      end = (await this.#fill(batch, ranges, () => isFull(batch))) ?? settled;
    } finally {
      for (const [from, to] of ranges) if (to > end) this.#ids.add([Math.max(from, end + 1), to]);
    }
  }

  /** Returns the last id that was read, where it stopped because the batch was full. */
  async #fill(
    batch: BodyBatch,
    ranges: readonly IdRange[],
    isFull: () => boolean,
  ): Promise<number | undefined> {
    for await (const read of this.#log.read(ranges)) {
      await decodeLogged(read, batch, this.#limits, this.#log);
      if (isFull()) return batch.lastId;
    }
    return undefined;
  }
}
