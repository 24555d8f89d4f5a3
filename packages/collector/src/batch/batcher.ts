import type { Appended } from '../block/body-source.ts';
import type { LandingBlock } from '../block/landing-block.ts';
import type { Ledger } from '../ledger.ts';
import type { Logged } from '../log/log-writer.ts';
import type { Backlog } from './backlog.ts';
import type { BodyBatch, Counted } from './body-batch.ts';
import { sizeInLog } from './decode-logged.ts';
import { type Incoming, rejectionText } from './incoming.ts';
import type { MonthAllowance } from './month-allowance.ts';
import { type BlockBounds, isFull, OpenBlock } from './open-block.ts';
import { type BatchEnd, type StoreParts, storeBatch } from './store-batch.ts';

export interface BatcherParts extends Omit<StoreParts, 'onTrouble'> {
  readonly ledger: Ledger;
  readonly backlog: Backlog;
  readonly bounds: BlockBounds;
  readonly months: MonthAllowance;
  readonly decode: (block: LandingBlock, body: Incoming) => Appended;
  /** A batch has ended: there is room again. */
  readonly onEnd: (batch: BodyBatch, end: BatchEnd) => void;
  readonly onSpill: (spans: number) => void;
  readonly onReplay: (batch: BodyBatch) => void;
}

/** `taken`: `logged` says when it is durable. The others were not kept. */
export type Taken =
  | {
      readonly kind: 'taken';
      readonly id: number;
      readonly spans: number;
      readonly rejected: number;
      readonly message: string;
      readonly logged: Promise<Logged>;
    }
  | { readonly kind: 'scattered' }
  | Exclude<Appended, { kind: 'appended' }>;

const MOST_INSERTS = 2;
/** Closed blocks that wait for an insert to end; more than that waits in the log alone. */
const MOST_READY = 1;
/** An insert that takes longer is no reason any more to hold senders back. */
const SLOW_INSERT_MS = 15_000;
const AFTER_DEFECT_MS = 1_000;

/**
 * Gathers bodies into blocks and keeps two inserts going. Where blocks cannot be inserted as fast as they come, bodies
 * wait in the log alone and are decoded again, oldest first, so memory stays what it is however long that lasts.
 */
export class Batcher {
  readonly #parts: BatcherParts;
  readonly #open: OpenBlock;
  readonly #ready: BodyBatch[] = [];
  /** Batches on their way: since when, and whether an attempt has failed. */
  readonly #storing = new Map<BodyBatch, { readonly since: number; troubled: boolean }>();
  /** New bodies wait in the log alone. */
  #spilling: boolean;
  #replaying = false;
  /** Rows that may still be let in until the next batch is stored, while spilling. */
  #credit = 0;

  constructor(parts: BatcherParts) {
    this.#parts = parts;
    this.#open = new OpenBlock(parts.pool, parts.bounds, () => this.#pump());
    this.#spilling = !parts.backlog.isEmpty;
    this.#pump();
  }

  /** Decodes a body into the open block and appends it to the log, in one step: blocks hold bodies in the order of the log. */
  take(body: Incoming): Taken {
    const { log, months } = this.#parts;
    const { block } = this.#open;
    const before = block.months;
    const appended = this.#decode(body);
    if (appended.kind !== 'appended') return appended;
    if (!months.take(body.principal.principal, { before, after: block.months })) {
      block.takeBack();
      return { kind: 'scattered' };
    }
    const { spans, rejections } = appended;
    const { principal, encoding, packing, token, receivedMs, sent } = body;
    const message = rejectionText(rejections, spans);
    const { team, workflows } = principal;
    const meta = { token, principal: principal.principal, team, workflows, encoding, packing, receivedMs };
    const rejected = rejections.counts();
    const { id, logged } = log.append({ ...meta, spans, rejected, message }, sent);
    if (this.#spilling) this.#keepInLog(id, appended);
    else
      this.#addToOpen(
        { id, principal: meta.principal, spans, rejected, size: sizeInLog(sent.length) },
        appended,
      );
    return { kind: 'taken', id, spans, rejected: rejections.total, message, logged };
  }

  #decode(body: Incoming): Appended {
    try {
      return this.#parts.decode(this.#open.block, body);
    } catch (defect) {
      // Nobody knows what it left in the block; what else is in there is in the log as well.
      this.#spill();
      this.#pump();
      throw defect;
    }
  }

  /** The log could not write these: they must not be stored, since nobody was told that they are. */
  failed(ids: readonly number[]): void {
    for (const batch of [...this.#ready, ...this.#storing.keys()])
      if (ids.some((id) => batch.has(id))) batch.spoiled = true;
    if (ids.some((id) => this.#open.has(id))) this.#spill();
    this.#pump();
  }

  /** Whether senders need not be held back: when storage is in trouble as well, for then the log takes all. */
  get hasRoom(): boolean {
    if (this.inTrouble) return true;
    if (this.#spilling) return this.#credit > 0;
    return this.#ready.length < MOST_READY || this.#open.block.rows < this.#parts.bounds.blockRows * 0.75;
  }

  get inTrouble(): boolean {
    const now = performance.now();
    return [...this.#storing.values()].some(
      ({ since, troubled }) => troubled || now - since > SLOW_INSERT_MS,
    );
  }

  /** Closes the open block as soon as there is an insert for it. */
  hurry(): void {
    this.#open.hurry();
  }

  /** Decoding it was only to see whether it can be stored. */
  #keepInLog(id: number, { spans, rows }: Extract<Appended, { kind: 'appended' }>): void {
    this.#open.block.reset();
    this.#credit -= rows;
    this.#parts.backlog.add([[id, id]]);
    this.#parts.onSpill(spans);
    this.#pump();
  }

  #addToOpen(counted: Counted, { quarantine }: Extract<Appended, { kind: 'appended' }>): void {
    this.#open.add(counted, quarantine);
    if (!this.#open.isFull) return;
    if (this.#storing.size < MOST_INSERTS) void this.#store(this.#open.take());
    else if (this.#ready.length < MOST_READY) this.#ready.push(this.#open.take());
    else {
      this.#spilling = true;
      this.#spill();
    }
  }

  /** Gives the open block's rows up: its bodies are in the log. */
  #spill(): void {
    const batch = this.#open.take();
    batch.release();
    this.#parts.backlog.add(batch.ranges);
    this.#parts.onSpill(batch.spans);
  }

  #pump(): void {
    const { signal, backlog } = this.#parts;
    while (!signal.aborted && this.#storing.size + (this.#replaying ? 1 : 0) < MOST_INSERTS) {
      if (!backlog.isEmpty && !this.#replaying) {
        void this.#replay();
        continue;
      }
      const batch = this.#ready.shift() ?? (this.#goes ? this.#open.take() : undefined);
      if (!batch) return;
      void this.#store(batch);
    }
  }

  /** Whether the open block does not wait for more rows. */
  get #goes(): boolean {
    return this.#open.isOverdue || (this.#open.isDue && this.#storing.size === 0);
  }

  async #replay(): Promise<void> {
    const { backlog, logger, bounds } = this.#parts;
    this.#replaying = true;
    if (backlog.isBelow(bounds.blockRows)) this.#spilling = false;
    try {
      const batch = await backlog.next((filled) => isFull(filled, bounds));
      if (batch) {
        this.#parts.onReplay(batch);
        void this.#store(batch);
      }
    } catch (error) {
      logger.error({ error }, 'the log could not be read back; it is tried again');
      await pause();
    }
    this.#replaying = false;
    this.#pump();
  }

  async #store(batch: BodyBatch): Promise<void> {
    const state = { since: performance.now(), troubled: false };
    this.#storing.set(batch, state);
    try {
      const onTrouble = () => {
        state.troubled = true;
      };
      this.#ended(batch, await storeBatch(batch, { ...this.#parts, onTrouble }));
    } catch (error) {
      this.#parts.logger.error({ error }, 'a batch could not be stored; it is tried again');
      await pause();
      this.#giveBack(batch);
    }
    batch.release();
    this.#storing.delete(batch);
    this.#pump();
  }

  #ended(batch: BodyBatch, end: BatchEnd): void {
    if (end.kind === 'spoiled') this.#giveBack(batch);
    if (end.kind === 'stored') {
      this.#parts.ledger.stored(batch.spans, end.rejected);
      // Nothing waits for the marker: without it the same batch is sent once more under its token.
      void this.#parts.log.done(batch.token ?? '', batch.ranges);
      this.#credit = this.#parts.bounds.blockRows / 2;
    }
    this.#parts.onEnd(batch, end);
  }

  #giveBack({ token, ranges }: BodyBatch): void {
    if (token === undefined) this.#parts.backlog.add(ranges);
    else this.#parts.backlog.addBatch({ token, ranges });
  }
}

const pause = (): Promise<void> =>
  new Promise((resolve) => void setTimeout(resolve, AFTER_DEFECT_MS).unref());
