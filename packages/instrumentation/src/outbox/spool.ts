import { type FileHandle, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Frame, readFrames } from './frame.ts';

interface Segment {
  readonly number: number;
  /** Bytes of whole frames that the writer has handed to the file system. */
  bytes: number;
  frames: number;
  /** Of these, delivered or set aside. */
  sent: number;
}

interface Cursor {
  readonly segment: number;
  readonly offset: number;
}

/** Frames in the order in which they were written, and where the reading goes on once they are delivered. */
export interface Batch {
  readonly frames: readonly Frame[];
  readonly bytes: number;
  readonly after: Cursor;
  /** How far the segment went when this was read; more may have been written since. */
  readonly seen: { readonly bytes: number; readonly frames: number };
}

const READ_BYTES = 1024 * 1024;

/** One process's directory of segments: what is written, and what of it has been delivered. */
export class Spool {
  directory: string;
  private segments: Segment[] = [];
  private cursor: Cursor = { segment: 0, offset: 0 };
  /** The segment that is being written, by its number. */
  private live: number | undefined;
  unsentBytes = 0;
  unsentFrames = 0;

  constructor(directory: string) {
    this.directory = directory;
  }

  /** Opens a directory that another process left behind. Of a torn last frame nobody was told that it was written. */
  static async recover(directory: string, torn: (tail: Uint8Array) => Promise<void>): Promise<Spool> {
    const spool = new Spool(directory);
    spool.cursor = await readCursor(directory);
    const numbers = (await readdir(directory)).flatMap((name) =>
      /^\d{10}\.segment$/.test(name) ? [Number.parseInt(name, 10)] : [],
    );
    for (const number of numbers.sort((a, b) => a - b)) await spool.recoverSegment(number, torn);
    return spool;
  }

  /** What lies behind the last whole frame is handed to `torn` before the segment can go. */
  private async recoverSegment(number: number, torn: (tail: Uint8Array) => Promise<void>): Promise<void> {
    const bytes = await readFile(this.segmentPath(number));
    const { frames, end } = readFrames(bytes);
    if (end < bytes.length) await torn(bytes.subarray(end));
    const from = number === this.cursor.segment ? Math.min(this.cursor.offset, end) : 0;
    if (number < this.cursor.segment || from === end) {
      await rm(this.segmentPath(number), { force: true });
      return;
    }
    if (this.segments.length === 0) this.cursor = { segment: number, offset: from };
    const left = readFrames(bytes.subarray(from, end)).frames.length;
    this.segments.push({ number, bytes: end, frames: frames.length, sent: frames.length - left });
    this.unsentBytes += end - from;
    this.unsentFrames += left;
  }

  segmentPath(number: number): string {
    return join(this.directory, `${String(number).padStart(10, '0')}.segment`);
  }

  addSegment(number: number): void {
    this.segments.push({ number, bytes: 0, frames: 0, sent: 0 });
    this.live = number;
  }

  /**
   * The writer has given up the last segment. It goes at once where it holds nothing, or nothing that is not delivered: each
   * try of a writer on a full disk has one of its own, and they would keep what room there is.
   */
  async endSegment(): Promise<void> {
    this.live = undefined;
    await this.removeThrough().catch(() => {});
  }

  /** The writer has put these frames at the end of the last segment. */
  written(bytes: number, frames: number): void {
    const segment = this.segments.at(-1);
    if (segment === undefined) return;
    segment.bytes += bytes;
    segment.frames += frames;
    this.unsentBytes += bytes;
    this.unsentFrames += frames;
  }

  /** The next frames to deliver, or undefined when everything written so far has been. */
  async next(maxFrames: number): Promise<Batch | undefined> {
    // A segment without bytes is one whose first write is under way, or one that a failed write has left behind.
    const segment = this.segments.find(
      ({ number, bytes }) =>
        bytes > 0 &&
        (number > this.cursor.segment || (number === this.cursor.segment && bytes > this.cursor.offset)),
    );
    if (segment === undefined) return undefined;
    const offset = segment.number === this.cursor.segment ? this.cursor.offset : 0;
    const seen = { bytes: segment.bytes, frames: segment.frames };
    const { frames, end } = await this.read(segment, offset, maxFrames);
    return { frames, bytes: end, after: { segment: segment.number, offset: offset + end }, seen };
  }

  private async read(segment: Segment, offset: number, maxFrames: number) {
    const file = await open(this.segmentPath(segment.number), 'r');
    try {
      const left = segment.bytes - offset;
      const first = await readAt(file, offset, Math.min(READ_BYTES, left));
      const read = readFrames(first, maxFrames);
      if (read.frames.length > 0 || read.needs === undefined) return read;
      return readFrames(await readAt(file, offset, Math.min(read.needs, left)), 1);
    } finally {
      await file.close();
    }
  }

  /** These frames are delivered, or set aside: never read them again. Whole segments go as soon as they are through. */
  async advance(batch: Batch): Promise<void> {
    const segment = this.segments.find(({ number }) => number === batch.after.segment);
    if (segment !== undefined) segment.sent += batch.frames.length;
    await this.moveTo(batch.after, batch.bytes, batch.frames.length);
  }

  /** Gives up what of the segment was there to be read and could not be. Returns how much that was. */
  async skipUnreadable({ after, seen }: Batch): Promise<{ readonly frames: number; readonly bytes: number }> {
    const segment = this.segments.find(({ number }) => number === after.segment);
    if (segment === undefined) return { frames: 0, bytes: 0 };
    const lost = { frames: seen.frames - segment.sent, bytes: seen.bytes - after.offset };
    segment.sent = seen.frames;
    await this.moveTo({ segment: segment.number, offset: seen.bytes }, lost.bytes, lost.frames);
    return lost;
  }

  private async moveTo(cursor: Cursor, bytes: number, frames: number): Promise<void> {
    this.cursor = cursor;
    this.unsentBytes -= bytes;
    this.unsentFrames -= frames;
    await this.removeThrough();
    await this.keepCursor();
  }

  private async removeThrough(): Promise<void> {
    const done = this.segments.filter((segment) => this.isThrough(segment));
    this.segments = this.segments.filter((segment) => !done.includes(segment));
    for (const { number } of done) await rm(this.segmentPath(number), { force: true });
  }

  /** Written last, and not at any price: a disk that the segments have filled has no room for it, and the next is as good. */
  private async keepCursor(): Promise<void> {
    const temporary = join(this.directory, 'cursor.tmp');
    try {
      await writeFile(temporary, JSON.stringify(this.cursor));
      await rename(temporary, join(this.directory, 'cursor'));
    } catch {
      // What lies on disk is an earlier cursor, or none; spans that go out twice are identical and count once.
    }
  }

  private isThrough({ number, bytes }: Segment): boolean {
    if (number === this.live) return false;
    const { segment, offset } = this.cursor;
    return bytes === 0 || number < segment || (number === segment && bytes <= offset);
  }
}

async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  const { bytesRead } = await file.read(buffer, 0, length, offset);
  return buffer.subarray(0, bytesRead);
}

/** A missing or torn cursor means: from the beginning. Spans that go out twice are identical and count once. */
async function readCursor(directory: string): Promise<Cursor> {
  try {
    const { segment, offset } = JSON.parse(
      await readFile(join(directory, 'cursor'), 'utf8'),
    ) as Partial<Cursor>;
    if (Number.isSafeInteger(segment) && Number.isSafeInteger(offset))
      return { segment: segment as number, offset: offset as number };
  } catch {
    // fall through
  }
  return { segment: 0, offset: 0 };
}
