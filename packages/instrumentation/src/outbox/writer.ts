import { writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Frame, frameSize } from './frame.ts';
import { type Committed, Group } from './group.ts';
import type { Spool } from './spool.ts';

/** What the writer needs of a file; a test puts faults in between. */
export interface SegmentFile {
  writeAll(bytes: Buffer, position: number): Promise<void> | void;
  datasync(): Promise<void>;
  close(): Promise<void>;
}
export type OpenSegment = (path: string) => Promise<SegmentFile>;

const RETRY_MS = 500;
/** A larger group was one of a burst; its memory is not kept. */
const MAX_SPARE_BYTES = 1024 * 1024;

/**
 * Appends frames to the live segment of a spool, in order. Whoever waits meanwhile shares the next write and one fdatasync.
 * After a failed write or sync nothing is known of the file (a second fsync may lie), so the group goes into a new one.
 */
export class SegmentWriter {
  private readonly spool: Spool;
  private readonly segmentBytes: number;
  private readonly openSegment: OpenSegment;
  private readonly onCommit: () => void;
  /** In order; frames are added to the last, unless its write is under way. */
  private readonly groups: Group[] = [];
  private open: Group | undefined;
  private spare: Buffer | undefined;
  private file: SegmentFile | undefined;
  private position = 0;
  private lastNumber = 0;
  private running: Promise<void> | undefined;
  private broken = false;
  private closed = false;
  pendingBytes = 0;
  pendingFrames = 0;

  constructor(spool: Spool, segmentBytes: number, onCommit: () => void, openSegment: OpenSegment = openFile) {
    this.spool = spool;
    this.segmentBytes = segmentBytes;
    this.onCommit = onCommit;
    this.openSegment = openSegment;
  }

  append(frame: Frame, durable: boolean): Promise<Committed> {
    this.pendingBytes += frameSize(frame);
    this.pendingFrames += 1;
    const group = this.openGroup();
    group.add(frame, durable);
    this.running ??= this.drain();
    // While the disk fails nobody is kept waiting for it; the frame itself keeps its place in the order.
    return this.broken ? Promise.resolve('unavailable') : group.committed;
  }

  private openGroup(): Group {
    if (this.open === undefined) {
      this.open = new Group(this.spare);
      this.spare = undefined;
      this.groups.push(this.open);
    }
    return this.open;
  }

  private async drain(): Promise<void> {
    // One turn of the event loop, so that calls that started together share the write.
    await new Promise<void>((resolve) => setImmediate(resolve));
    for (
      let group = this.groups[0];
      group !== undefined && !(this.closed && this.broken);
      group = this.groups[0]
    ) {
      if (group === this.open) this.open = undefined;
      if (await this.commit(group)) {
        this.groups.shift();
        continue;
      }
      for (const waiting of this.groups) waiting.settle('unavailable');
      if (!this.closed) await new Promise<void>((resolve) => setTimeout(resolve, RETRY_MS).unref());
    }
    this.running = undefined;
  }

  private async commit(group: Group): Promise<boolean> {
    try {
      const file = await this.liveFile(group.length);
      await file.writeAll(group.bytes(), this.position);
      if (group.durable) await file.datasync();
    } catch {
      this.broken = true;
      await this.file?.close().catch(() => {});
      this.file = undefined;
      await this.spool.endSegment();
      return false;
    }
    this.broken = false;
    this.position += group.length;
    this.pendingBytes -= group.length;
    this.pendingFrames -= group.frames;
    this.spool.written(group.length, group.frames);
    group.settle('written');
    const memory = group.release();
    if (memory.length <= MAX_SPARE_BYTES) this.spare = memory;
    this.onCommit();
    return true;
  }

  private async liveFile(bytes: number): Promise<SegmentFile> {
    if (this.file !== undefined && (this.position === 0 || this.position + bytes <= this.segmentBytes))
      return this.file;
    // What is synced from now on is so together with all that came before it.
    await this.file?.datasync();
    await this.file?.close();
    this.file = undefined;
    // A number is never tried twice: a failed open may have left its file behind.
    this.lastNumber += 1;
    const number = this.lastNumber;
    this.file = await this.openSegment(this.spool.segmentPath(number));
    this.spool.addSegment(number);
    this.position = 0;
    return this.file;
  }

  /** Writes what is queued, unless the disk still fails. */
  async close(): Promise<void> {
    this.closed = true;
    await this.running;
    await this.file?.datasync().catch(() => {});
    await this.file?.close().catch(() => {});
    this.file = undefined;
  }
}

/** A new segment, its directory entry synced: a synced file that no directory names is lost at power loss. */
export async function openFile(path: string): Promise<SegmentFile> {
  const handle = await open(path, 'wx');
  const directory = await open(dirname(path), 'r');
  await directory.sync().finally(() => directory.close());
  return {
    writeAll: (bytes, position) => writeAll(handle, bytes, position),
    datasync: () => handle.datasync(),
    close: () => handle.close(),
  };
}

/** Synchronous: copying a group into the page cache takes less time than handing it to another thread and waiting for it. */
function writeAll({ fd }: FileHandle, bytes: Buffer, position: number): void {
  let written = 0;
  while (written < bytes.length) {
    const count = writeSync(fd, bytes, written, bytes.length - written, position + written);
    if (count === 0) throw new Error('the file takes no more bytes');
    written += count;
  }
}
