import type { LandingBlock } from '../block/landing-block.ts';
import type { Rejected } from '../ledger.ts';
import type { BodyMeta } from '../log/entry.ts';
import { extendRanges, type IdRange } from '../log/range-set.ts';
import type { QuarantineRow } from '../rows/quarantine-row.ts';
import type { LandingRows } from '../store/insert-result.ts';
import type { BlockPool } from './block-pool.ts';

/** What is counted of a body once it is stored. */
export type Counted = Pick<BodyMeta, 'id' | 'principal' | 'spans' | 'rejected'> & {
  /** Bytes that it takes of its principal's share of the log. */
  readonly size: number;
};

/** Bodies that are one insert: their rows in a block, and what has to be counted when they are stored. */
export class BodyBatch {
  readonly ranges: IdRange[] = [];
  readonly quarantine: QuarantineRow[] = [];
  /** Share of the log to give back, by principal. */
  readonly held = new Map<string, number>();
  /** Given when it is closed; one that was left behind by a crash has the token it had. */
  token: string | undefined;
  /** A body in it was never logged, so its block must not be stored. */
  spoiled = false;
  bodies = 0;
  spans = 0;
  #quarantineBytes = 0;
  readonly #rejected = new Map<string, number>();
  readonly #pool: BlockPool;
  #block: LandingBlock | undefined;

  constructor(pool: BlockPool, token?: string) {
    this.#pool = pool;
    this.token = token;
  }

  /** Where its rows are gathered. */
  get block(): LandingBlock {
    this.#block ??= this.#pool.take();
    return this.#block;
  }

  /** @param quarantine what of the body is not in the block */
  add({ id, principal, spans, rejected, size }: Counted, quarantine: readonly QuarantineRow[]): void {
    extendRanges(this.ranges, id);
    this.bodies++;
    this.spans += spans;
    this.held.set(principal, (this.held.get(principal) ?? 0) + size);
    for (const [reason, count] of rejected)
      this.#rejected.set(reason, (this.#rejected.get(reason) ?? 0) + count);
    for (const row of quarantine) {
      this.quarantine.push(row);
      this.#quarantineBytes += row.raw.length + 200;
    }
  }

  /** Counts what another batch holds as well. */
  addTotals(other: BodyBatch): void {
    this.spans += other.spans;
    for (const [reason, count] of other.rejected)
      this.#rejected.set(reason, (this.#rejected.get(reason) ?? 0) + count);
  }

  /** The block's size and that of what is quarantined, in bytes, about. */
  get bytes(): number {
    return this.block.bytes + this.#quarantineBytes;
  }

  get rejected(): Rejected {
    return [...this.#rejected];
  }

  get lastId(): number {
    return this.ranges.at(-1)?.[1] ?? 0;
  }

  has(id: number): boolean {
    return this.ranges.some(([first, last]) => first <= id && id <= last);
  }

  /** Its rows, as they lie in the block's memory until it is released. */
  get rows(): LandingRows {
    return this.#block?.native() ?? NO_ROWS;
  }

  /** Its block is free for others, whatever became of the rows. */
  release(): void {
    if (this.#block) this.#pool.give(this.#block);
    this.#block = undefined;
  }
}

const NO_ROWS: LandingRows = { rows: 0, parts: [] };
