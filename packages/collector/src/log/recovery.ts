import type { BodyMeta, Entry } from './entry.ts';
import { extendRanges, type IdRange, RangeSet } from './range-set.ts';

/** A batch that may have reached the tables: it is stored again as the same bodies under the same token, or not at all. */
export interface OpenBatch {
  readonly token: string;
  readonly ranges: readonly IdRange[];
}

/** What is counted of a body that is not done: there may be millions. */
interface Pending {
  readonly principal: string;
  readonly spans: number;
  readonly size: number;
}

/** What a log that was left behind says, as its entries are read from the first to the last. */
export class Recovery {
  readonly #pending = new Map<number, Pending>();
  readonly #batches = new Map<string, OpenBatch>();
  readonly #recent: BodyMeta[] = [];
  /** One string for each name, however many bodies have it. */
  readonly #names = new Map<string, string>();
  readonly #remember: number;
  readonly #firstId: number;
  #nextId: number;

  /**
   * @param firstId the lowest id that the log can hold
   * @param remember how many of the newest bodies are kept for `recent`
   */
  constructor(firstId: number, remember: number) {
    this.#firstId = firstId;
    this.#nextId = Math.max(1, firstId);
    this.#remember = remember;
  }

  /** Ids below are not used again. */
  atLeast(id: number): void {
    this.#nextId = Math.max(this.#nextId, id);
  }

  read(entry: Entry, size: number): void {
    if (entry.kind === 'body') this.#body(entry.meta, size);
    else if (entry.kind === 'batch') this.#batches.set(entry.token, entry);
    else this.#done(entry);
  }

  #body(meta: BodyMeta, size: number): void {
    const { id, spans } = meta;
    const principal = this.#names.get(meta.principal) ?? meta.principal;
    this.#names.set(principal, principal);
    this.#pending.set(id, { principal, spans, size });
    this.atLeast(id + 1);
    this.#recent.push(meta);
    if (this.#recent.length > 2 * this.#remember)
      this.#recent.splice(0, this.#recent.length - this.#remember);
  }

  #done({ token, ranges }: OpenBatch): void {
    this.#batches.delete(token);
    for (const [first, last] of ranges) for (let id = first; id <= last; id++) this.#pending.delete(id);
  }

  finish(): Recovered {
    // A segment only goes when all in it and before it is done: a batch that reaches below the first one was.
    for (const batch of [...this.#batches.values()])
      if ((batch.ranges[0]?.[0] ?? 0) < this.#firstId) this.#done(batch);
    const left: IdRange[] = [];
    for (const id of [...this.#pending.keys()].sort((a, b) => a - b)) extendRanges(left, id);
    const batches = [...this.#batches.values()];
    const claimed = new RangeSet();
    for (const { ranges } of batches) for (const range of ranges) claimed.add(range);
    const undone = new RangeSet();
    for (const range of left) undone.add(range);
    const done = new RangeSet();
    for (const range of undone.missing([0, this.#nextId - 1])) done.add(range);
    return {
      nextId: this.#nextId,
      done,
      batches,
      unbatched: left.flatMap((range) => claimed.missing(range)),
      undone: totals(this.#pending.values()),
      recent: this.#remember === 0 ? [] : this.#recent.slice(-this.#remember),
    };
  }
}

function totals(bodies: Iterable<Pending>): Undone {
  let spans = 0;
  const held = new Map<string, number>();
  for (const body of bodies) {
    spans += body.spans;
    held.set(body.principal, (held.get(body.principal) ?? 0) + body.size);
  }
  return { spans, held };
}

export interface Undone {
  readonly spans: number;
  /** Bytes of entries, by principal. */
  readonly held: ReadonlyMap<string, number>;
}

export interface Recovered {
  readonly nextId: number;
  /** Every id below `nextId` that nothing is left to do for. */
  readonly done: RangeSet;
  readonly batches: readonly OpenBatch[];
  /** Bodies that no batch was made of yet. */
  readonly unbatched: readonly IdRange[];
  readonly undone: Undone;
  /** The newest bodies, done or not, the oldest of them first. */
  readonly recent: readonly BodyMeta[];
}
