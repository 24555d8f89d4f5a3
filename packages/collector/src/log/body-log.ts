import { type BodyRead, readBodies } from './body-reader.ts';
import type { BodyMeta, Entry } from './entry.ts';
import type { LogFiles } from './log-files.ts';
import { type Abandoned, type GroupEnd, type Logged, LogWriter } from './log-writer.ts';
import { type Opened, openSegments, segmentPath } from './open-segments.ts';
import type { IdRange, RangeSet } from './range-set.ts';
import { isFull, Reserve } from './reserve.ts';
import { Segment } from './segment.ts';
import { encodeHeader, newMark } from './segment-header.ts';

export interface BodyLogOptions {
  /** Owned by this log alone. */
  readonly directory: string;
  /** A segment this large is followed by a new one. */
  readonly segmentBytes: number;
  /** How many of the newest bodies `opened.recovered.recent` names. */
  readonly remember: number;
  readonly files: LogFiles;
  /** A group has ended. Told before anybody who waits for it is. */
  readonly onGroup: (group: GroupEnd) => void;
  readonly onFailure: (error: unknown) => void;
}

/**
 * The write-ahead log: bodies as they were sent, which of them are a batch, and which are done. Segments are freed in
 * their order, once everything in them is done.
 */
export class BodyLog {
  readonly #options: BodyLogOptions;
  readonly #writer: LogWriter;
  readonly #segments: Segment[];
  readonly #done: RangeSet;
  readonly #unlock: () => void;
  readonly #reserve: Reserve;
  #lastNumber: number;
  #nextId: number;
  #settledId: number;
  #groupEnd = Promise.withResolvers<void>();
  #freeing: Promise<void> = Promise.resolve();
  #closed = false;
  /** The disk is full: what room there is belongs to the markers, until the reserve is whole again. */
  #starved = false;

  private constructor(options: BodyLogOptions, opened: Opened, unlock: () => void) {
    this.#options = options;
    this.#reserve = new Reserve(options.directory, options.files);
    this.#segments = opened.segments;
    this.#lastNumber = opened.lastNumber;
    this.#done = opened.recovered.done;
    this.#nextId = opened.recovered.nextId;
    this.#settledId = this.#nextId - 1;
    this.#unlock = unlock;
    this.#writer = new LogWriter(options.segmentBytes, {
      open: (firstId, abandoned) => this.#openSegment(firstId, abandoned),
      nextId: () => this.#nextId,
      failed: (error) => this.#failed(error),
      ended: (group) => this.#ended(group),
    });
  }

  /** Throws a LogError for a directory in use and for a newer log; neither is touched. */
  static async open(options: BodyLogOptions): Promise<{ log: BodyLog; opened: Opened }> {
    await options.files.makeDirectory(options.directory);
    const unlock = options.files.lock(options.directory);
    try {
      const opened = await openSegments(options.directory, options.files, options.remember);
      const log = new BodyLog(options, opened, unlock);
      await log.#reserve.fill();
      log.#free();
      return { log, opened };
    } catch (error) {
      unlock();
      throw error;
    }
  }

  /** What it takes on disk, in bytes. */
  get bytes(): number {
    return this.#segments.reduce((sum, { length }) => sum + length, 0);
  }

  get segments(): number {
    return this.#segments.length;
  }

  /** False while the disk refuses, or has no more room than what is kept for markers. */
  get healthy(): boolean {
    return this.#writer.healthy && !this.#starved;
  }

  /** False while what room the disk has is kept for markers: then nothing may be appended. */
  get accepts(): boolean {
    if (this.#starved) void this.#refill();
    return !this.#starved;
  }

  /** Takes a body in order; its bytes must not change until it is settled. */
  append(
    meta: Omit<BodyMeta, 'id'>,
    bytes: Buffer,
  ): { readonly id: number; readonly logged: Promise<Logged> } {
    const id = this.#nextId++;
    return { id, logged: this.#append({ kind: 'body', meta: { id, ...meta }, bytes }) };
  }

  async #refill(): Promise<void> {
    await this.#reserve.fill();
    if (this.#reserve.held) this.#starved = false;
  }

  #failed(error: unknown): void {
    if (isFull(error) && this.#reserve.held) {
      this.#starved = true;
      void this.#reserve.release();
    }
    this.#options.onFailure(error);
  }

  #ended(group: GroupEnd): void {
    if (group.result === 'failed') for (const id of group.ids) this.#done.add([id, id]);
    this.#settledId = Math.max(this.#settledId, group.ids.at(-1) ?? 0);
    this.#options.onGroup(group);
    this.#groupEnd.resolve();
    this.#groupEnd = Promise.withResolvers<void>();
  }

  /** These bodies are one insert under this token. */
  appendBatch(token: string, ranges: readonly IdRange[]): Promise<Logged> {
    return this.#append({ kind: 'batch', token, ranges });
  }

  /**
   * These bodies are stored and synced; segments that hold nothing else go. The marker only saves a repetition: without
   * it the batch is sent again under its token, which changes nothing.
   */
  done(token: string, ranges: readonly IdRange[]): Promise<Logged> {
    for (const range of ranges) this.#done.add(range);
    this.#free();
    return this.#append({ kind: 'done', token, ranges });
  }

  #append(entry: Entry): Promise<Logged> {
    return this.#closed ? Promise.resolve('failed') : this.#writer.append(entry);
  }

  /** Whether nothing is left to do for a body: it is stored, or was never logged. */
  isDone(id: number): boolean {
    return this.#done.has(id);
  }

  /** The highest id that a body has. */
  get lastId(): number {
    return this.#nextId - 1;
  }

  /** The highest id up to which every body is durable or has failed. */
  get settledId(): number {
    return this.#settledId;
  }

  /** The lowest id that is not done; one above the highest where all are. */
  get firstUndone(): number {
    return this.#done.firstMissing(0);
  }

  /** When the oldest body that is not done was received, in milliseconds since 1970. */
  get oldestUndoneMs(): number | undefined {
    const id = this.firstUndone;
    return this.#segments.find(({ nextId }) => id < nextId)?.receivedMs(id);
  }

  /** Waits until every body up to this id is durable or has failed. */
  async settled(id: number): Promise<void> {
    while (this.#settledId < id) await this.#groupEnd.promise;
  }

  read(ranges: readonly IdRange[]): AsyncGenerator<BodyRead> {
    return readBodies(() => this.#segments, ranges);
  }

  /** How many spans the bodies of a range hold, as long as it reaches `limit`. */
  spansIn([first, last]: IdRange, limit: number): number {
    let spans = 0;
    for (const segment of this.#segments) {
      const to = Math.min(last, segment.nextId - 1);
      for (let id = Math.max(first, segment.header.firstId); id <= to && spans < limit; id++)
        spans += segment.spansOf(id);
    }
    return spans;
  }

  keepAside(name: string, bytes: Buffer): Promise<string> {
    return this.#options.files.setAside(this.#options.directory, name, bytes);
  }

  /** Writes what is queued and gives the directory back. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#writer.idle();
    await this.#freeing;
    for (const { file } of this.#segments.splice(0)) await file.close().catch(() => undefined);
    this.#unlock();
  }

  async #openSegment(firstId: number, abandoned: Abandoned): Promise<Segment> {
    // A number is never tried twice: a failed attempt may have left its file behind.
    const number = ++this.#lastNumber;
    const path = segmentPath(this.#options.directory, number);
    const header = { mark: newMark(), firstId, abandoned };
    const file = await this.#options.files.create(path);
    try {
      await file.write([encodeHeader(header)], 0);
    } catch (error) {
      await file.close().catch(() => undefined);
      await this.#options.files.remove(path).catch(() => undefined);
      throw error;
    }
    const segment = new Segment(number, path, header, file);
    this.#segments.push(segment);
    return segment;
  }

  /** Strictly the oldest first: a done marker is needed as long as any older segment is there. */
  #free(): void {
    if (this.#closed) return;
    this.#freeing = this.#freeing.then(() => this.#freeDone()).catch(this.#options.onFailure);
  }

  async #freeDone(): Promise<void> {
    for (;;) {
      const [oldest] = this.#segments;
      if (!oldest || oldest === this.#writer.live || this.firstUndone < oldest.nextId) return;
      await this.#options.files.remove(oldest.path);
      this.#segments.shift();
      await oldest.file.close();
      if (this.#starved) await this.#refill();
    }
  }
}
