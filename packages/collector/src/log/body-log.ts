import { type BodyRead, readBodies } from './body-reader.ts';
import type { BodyMeta, Entry } from './entry.ts';
import type { LogFiles } from './log-files.ts';
import { type GroupEnd, type Logged, LogWriter } from './log-writer.ts';
import { type Opened, openSegments } from './open-segments.ts';
import type { IdRange, RangeSet } from './range-set.ts';
import { Reserve } from './reserve.ts';
import { Segments } from './segments.ts';

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
  readonly #segments: Segments;
  readonly #done: RangeSet;
  readonly #reserve: Reserve;
  readonly #unlock: () => void;
  #nextId: number;
  #settledId: number;
  #groupEnd = Promise.withResolvers<void>();
  #freeing: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(options: BodyLogOptions, opened: Opened, unlock: () => void) {
    const { directory, files, segmentBytes } = options;
    this.#options = options;
    this.#unlock = unlock;
    this.#reserve = new Reserve(directory, files);
    this.#segments = new Segments(directory, files, opened);
    this.#done = opened.recovered.done;
    this.#nextId = opened.recovered.nextId;
    this.#settledId = this.#nextId - 1;
    this.#writer = new LogWriter(segmentBytes, {
      open: (firstId, abandoned) => this.#segments.add(firstId, abandoned),
      nextId: () => this.#nextId,
      ended: (group) => this.#ended(group),
      failed: (error) => {
        // Everything may be done already, and kept only so that it is known when it comes again.
        if (this.#reserve.failed(error)) this.#free(0);
        options.onFailure(error);
      },
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
    return this.#segments.bytes;
  }

  get segments(): number {
    return this.#segments.list.length;
  }

  /** False while the disk refuses, or has no more room than what is kept for markers. */
  get healthy(): boolean {
    return this.#writer.healthy && !this.#reserve.starved;
  }

  /** False while what room the disk has is kept for markers: then nothing may be appended. */
  get accepts(): boolean {
    if (this.#reserve.starved) void this.#reserve.fill();
    return !this.#reserve.starved;
  }

  /** Looks whether a disk that refused is well again, though nobody sends anything. */
  probe(): void {
    if (!this.#writer.healthy) void this.#append({ kind: 'done', token: '', ranges: [] });
    if (this.#reserve.starved) void this.#reserve.fill();
  }

  /** Takes a body in order; its bytes must not change until it is settled. */
  append(
    meta: Omit<BodyMeta, 'id'>,
    bytes: Buffer,
  ): { readonly id: number; readonly logged: Promise<Logged> } {
    const id = this.#nextId++;
    return { id, logged: this.#append({ kind: 'body', meta: { id, ...meta }, bytes }) };
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

  #ended(group: GroupEnd): void {
    if (group.result === 'failed') for (const id of group.ids) this.#done.add([id, id]);
    this.#settledId = Math.max(this.#settledId, group.ids.at(-1) ?? 0);
    this.#options.onGroup(group);
    this.#groupEnd.resolve();
    this.#groupEnd = Promise.withResolvers<void>();
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
    return this.#segments.receivedMs(this.firstUndone);
  }

  /** Waits until every body up to this id is durable or has failed. */
  async settled(id: number): Promise<void> {
    while (this.#settledId < id) await this.#groupEnd.promise;
  }

  read(ranges: readonly IdRange[]): AsyncGenerator<BodyRead> {
    return readBodies(() => this.#segments.list, ranges);
  }

  /** How many spans the bodies of a range hold, counted until `limit` is reached. */
  spansIn(range: IdRange, limit: number): number {
    return this.#segments.spansIn(range, limit);
  }

  /**
   * Removes every byte of bodies that are stored, also those that are kept so that they are known when they come again.
   * Returns how many bytes of what the log held when it was called are still there, because something in them is not stored.
   */
  async forgetStored(): Promise<number> {
    const before = new Set(this.#segments.list);
    this.#writer.turnOver();
    await this.#append({ kind: 'done', token: '', ranges: [] });
    this.#free(0);
    await this.#freeing;
    return this.#segments.list.reduce((sum, each) => (before.has(each) ? sum + each.length : sum), 0);
  }

  keepAside(name: string, bytes: Buffer): Promise<string> {
    return this.#options.files.setAside(this.#options.directory, name, bytes);
  }

  /** Writes what is queued and gives the directory back. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#writer.idle();
    await this.#freeing;
    await this.#segments.close();
    this.#unlock();
  }

  #free(keep = this.#options.segmentBytes): void {
    if (this.#closed) return;
    this.#freeing = this.#freeing.then(() => this.#freeDone(keep)).catch(this.#options.onFailure);
  }

  async #freeDone(keep: number): Promise<void> {
    const freed = await this.#segments.free(
      () => this.firstUndone,
      () => this.#writer.live,
      () => (this.#reserve.starved ? 0 : keep),
    );
    if (freed && this.#reserve.starved) await this.#reserve.fill();
  }
}
