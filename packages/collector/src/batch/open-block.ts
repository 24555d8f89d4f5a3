import type { LandingBlock } from '../block/landing-block.ts';
import type { QuarantineRow } from '../rows/quarantine-row.ts';
import type { BlockPool } from './block-pool.ts';
import { BodyBatch, type Counted } from './body-batch.ts';
import { Linger, LONGEST_MS } from './linger.ts';

export interface BlockBounds {
  /** A block this large is closed: in rows, and in bytes as ClickHouse reads them. */
  readonly blockRows: number;
  readonly blockBytes: number;
  /** Blocks wait no longer than for an insert that is under way. */
  readonly impatient: boolean;
}

export const isFull = (batch: BodyBatch, { blockRows, blockBytes }: BlockBounds): boolean =>
  batch.block.rows >= blockRows || batch.bytes >= blockBytes;

/** The batch that bodies are added to, until it is full or has waited long enough. */
export class OpenBlock {
  readonly #pool: BlockPool;
  readonly #bounds: BlockBounds;
  readonly #onDue: () => void;
  readonly #linger: Linger;
  #batch: BodyBatch;
  #since = 0;
  #due = false;
  #overdue = false;
  #timers: readonly NodeJS.Timeout[] = [];

  /** @param onDue it has waited long enough */
  constructor(pool: BlockPool, bounds: BlockBounds, onDue: () => void) {
    this.#pool = pool;
    this.#bounds = bounds;
    this.#onDue = onDue;
    this.#linger = new Linger(bounds.blockRows);
    this.#batch = new BodyBatch(pool);
  }

  get block(): LandingBlock {
    return this.#batch.block;
  }

  get isEmpty(): boolean {
    return this.#batch.bodies === 0;
  }

  get isFull(): boolean {
    return isFull(this.#batch, this.#bounds);
  }

  /** It goes once no insert is under way: each costs the same for few rows as for many, and two at once slow each other down. */
  get isDue(): boolean {
    return this.#due;
  }

  /** It goes now. */
  get isOverdue(): boolean {
    return this.#overdue;
  }

  has(id: number): boolean {
    return this.#batch.has(id);
  }

  /** Counts a body whose rows are in the block. */
  add(counted: Counted, quarantine: readonly QuarantineRow[]): void {
    if (this.isEmpty) {
      this.#since = performance.now();
      const ms = this.#bounds.impatient ? 0 : this.#linger.ms;
      this.#timers = [
        setTimeout(() => this.hurry(), ms).unref(),
        setTimeout(() => this.#hurryNow(), LONGEST_MS).unref(),
      ];
    }
    this.#batch.add(counted, quarantine);
  }

  /** Waits no longer. */
  hurry(): void {
    this.#due = !this.isEmpty;
    this.#onDue();
  }

  #hurryNow(): void {
    this.#overdue = !this.isEmpty;
    this.hurry();
  }

  /** The batch, and an empty one in its place. */
  take(): BodyBatch {
    const batch = this.#batch;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#due = false;
    this.#overdue = false;
    this.#linger.closed(batch.block.rows, performance.now() - this.#since);
    this.#batch = new BodyBatch(this.#pool);
    return batch;
  }
}
