import type { LogFiles } from './log-files.ts';
import type { Abandoned } from './log-writer.ts';
import { segmentPath } from './open-segments.ts';
import type { IdRange } from './range-set.ts';
import { Segment } from './segment.ts';
import { encodeHeader, newMark } from './segment-header.ts';

/** The files of a log, the oldest first. */
export class Segments {
  readonly #directory: string;
  readonly #files: LogFiles;
  readonly #list: Segment[];
  #lastNumber: number;

  constructor(directory: string, files: LogFiles, opened: { segments: Segment[]; lastNumber: number }) {
    this.#directory = directory;
    this.#files = files;
    this.#list = opened.segments;
    this.#lastNumber = opened.lastNumber;
  }

  get list(): readonly Segment[] {
    return this.#list;
  }

  /** What they take on disk. */
  get bytes(): number {
    return this.#list.reduce((sum, { length }) => sum + length, 0);
  }

  /** When a body was received, in milliseconds since 1970; undefined where no segment reaches so far. */
  receivedMs(id: number): number | undefined {
    return this.#list.find(({ nextId }) => id < nextId)?.receivedMs(id);
  }

  /** How many spans the bodies of a range hold, counted until `limit` is reached. */
  spansIn([first, last]: IdRange, limit: number): number {
    let spans = 0;
    for (const segment of this.#list) {
      const to = Math.min(last, segment.nextId - 1);
      for (let id = Math.max(first, segment.header.firstId); id <= to && spans < limit; id++)
        spans += segment.spansOf(id);
    }
    return spans;
  }

  /** A new one, in which no body has an id below `firstId`. */
  async add(firstId: number, abandoned: Abandoned): Promise<Segment> {
    // A number is never tried twice: a failed attempt may have left its file behind.
    const number = ++this.#lastNumber;
    const path = segmentPath(this.#directory, number);
    const header = { mark: newMark(), firstId, abandoned };
    const file = await this.#files.create(path);
    try {
      await file.write([encodeHeader(header)], 0);
    } catch (error) {
      await file.close().catch(() => undefined);
      await this.#files.remove(path).catch(() => undefined);
      throw error;
    }
    const segment = new Segment(number, path, header, file);
    this.#list.push(segment);
    return segment;
  }

  /**
   * Removes those that hold nothing from `firstUndone` on, strictly the oldest first: a done marker is needed as long as
   * any older segment is there. The newest `keep` bytes stay, so that a body whose sender never heard the answer is known
   * again after any number of restarts. Returns whether any went.
   */
  async free(
    firstUndone: () => number,
    live: () => Segment | undefined,
    keep: () => number,
  ): Promise<boolean> {
    for (let freed = false; ; freed = true) {
      const [oldest] = this.#list;
      if (!oldest || oldest === live() || firstUndone() < oldest.nextId) return freed;
      if (this.bytes - oldest.length < keep()) return freed;
      await this.#files.remove(oldest.path);
      this.#list.shift();
      await oldest.file.close();
    }
  }

  async close(): Promise<void> {
    for (const { file } of this.#list.splice(0)) await file.close().catch(() => undefined);
  }
}
