import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Entry, encodeEntry } from './entry.ts';
import type { Segment } from './segment.ts';

/** `synced`: durable. `failed`: not, and never will be. */
export type Logged = 'synced' | 'failed';

export interface WriterEvents {
  /** A segment to append to, in which no body has an id below `firstId`. */
  open(firstId: number, abandoned: Abandoned): Promise<Segment>;
  /** The lowest id that a body appended from now on can have. */
  nextId(): number;
  /** Told before anybody who waits is. */
  ended(group: GroupEnd): void;
  failed(error: unknown): void;
}

/** How a group ended, after so many seconds of writing and syncing. */
export interface GroupEnd {
  readonly result: Logged;
  /** The bodies in it. */
  readonly ids: readonly number[];
  readonly seconds: number;
}

export interface Abandoned {
  readonly number: number;
  readonly length: number;
}

interface Waiting {
  readonly entry: Entry;
  readonly resolve: (logged: Logged) => void;
}

/** After a failed write the disk is left alone for so long; what comes meanwhile fails at once. */
const PAUSE_MS = 250;
const NOWHERE: Abandoned = { number: 0, length: 0 };

/**
 * Appends entries, in order: whatever waits shares one write and one fdatasync. After a failed one, nothing is known of
 * the file (a second fsync may lie), so it is given up where it was last synced, and the next group begins another.
 */
export class LogWriter {
  readonly #segmentBytes: number;
  readonly #events: WriterEvents;
  #waiting: Waiting[] = [];
  #segment: Segment | undefined;
  #abandoned = NOWHERE;
  #draining: Promise<void> | undefined;
  #pausedUntil = 0;
  #turnOver = false;

  constructor(segmentBytes: number, events: WriterEvents) {
    this.#segmentBytes = segmentBytes;
    this.#events = events;
  }

  /** False while the disk refuses. */
  get healthy(): boolean {
    return this.#pausedUntil === 0;
  }

  /** The segment that is appended to. */
  get live(): Segment | undefined {
    return this.#segment;
  }

  /** The next group begins a segment of its own. */
  turnOver(): void {
    this.#turnOver = true;
  }

  append(entry: Entry): Promise<Logged> {
    const { promise, resolve } = Promise.withResolvers<Logged>();
    this.#waiting.push({ entry, resolve });
    this.#draining ??= this.#drain();
    return promise;
  }

  /** Ends when everything appended so far is settled. */
  async idle(): Promise<void> {
    while (this.#draining) await this.#draining;
  }

  async #drain(): Promise<void> {
    // What arrives in the same turn of the event loop shares the first write.
    await nextTurn();
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      await this.#settle(group);
    }
    this.#draining = undefined;
  }

  async #settle(group: readonly Waiting[]): Promise<void> {
    const start = performance.now();
    const ids = group.flatMap(({ entry }) => (entry.kind === 'body' ? [entry.meta.id] : []));
    const result = await this.#commit(group, ids[0] ?? this.#events.nextId());
    const seconds = (performance.now() - start) / 1000;
    this.#events.ended({ result, ids, seconds });
    for (const { resolve } of group) resolve(result);
  }

  async #commit(group: readonly Waiting[], firstId: number): Promise<Logged> {
    if (performance.now() < this.#pausedUntil) return 'failed';
    try {
      const segment = await this.#segmentFor(firstId);
      const parts: Buffer[] = [];
      let position = segment.length;
      for (const { entry } of group) {
        if (entry.kind === 'body') segment.add(entry.meta, position);
        for (const part of encodeEntry(entry, segment.header.mark)) {
          parts.push(part);
          position += part.length;
        }
      }
      await segment.file.write(parts, segment.length);
      await segment.file.datasync();
      segment.length = position;
      this.#pausedUntil = 0;
      return 'synced';
    } catch (error) {
      await this.#giveUp(firstId);
      this.#events.failed(error);
      return 'failed';
    }
  }

  async #segmentFor(firstId: number): Promise<Segment> {
    if (this.#segment && this.#segment.length < this.#segmentBytes && !this.#turnOver) return this.#segment;
    this.#segment = undefined;
    this.#turnOver = false;
    this.#segment = await this.#events.open(firstId, this.#abandoned);
    this.#abandoned = NOWHERE;
    return this.#segment;
  }

  async #giveUp(firstId: number): Promise<void> {
    this.#pausedUntil = performance.now() + PAUSE_MS;
    const segment = this.#segment;
    if (!segment) return;
    this.#segment = undefined;
    segment.cut(firstId);
    this.#abandoned = { number: segment.number, length: segment.length };
    // Gives back the room of what was not acknowledged, if the disk still listens; the next header says it as well.
    await segment.file.truncate(segment.length).catch(() => undefined);
  }
}
