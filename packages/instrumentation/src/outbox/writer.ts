import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Spool } from './spool.ts';

/** What the writer needs of a file; a test puts faults in between. */
export interface SegmentFile {
  writeAll(buffers: readonly Buffer[], position: number): Promise<void>;
  datasync(): Promise<void>;
  close(): Promise<void>;
}
export type OpenSegment = (path: string) => Promise<SegmentFile>;

/** `written`: handed to the file system; with `durable` asked for, also synced. `failed`: not, but it will be tried again. */
export type Committed = 'written' | 'failed';

interface Waiting {
  readonly frame: Buffer;
  readonly durable: boolean;
  readonly settle: (committed: Committed) => void;
}

const RETRY_MS = 500;

/**
 * Appends frames to the live segment of a spool, in order. Whoever waits meanwhile shares the next write and one fdatasync.
 * After a failed write or sync nothing is known of the file (a second fsync may lie), so the group goes into a new one.
 */
export class SegmentWriter {
  private readonly spool: Spool;
  private readonly segmentBytes: number;
  private readonly openSegment: OpenSegment;
  private readonly onCommit: () => void;
  private queue: Waiting[] = [];
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

  append(frame: Buffer, durable: boolean): Promise<Committed> {
    this.pendingBytes += frame.length;
    this.pendingFrames += 1;
    return new Promise((resolve) => {
      // While the disk fails nobody is kept waiting for it; the frame itself keeps its place in the order.
      if (this.broken) resolve('failed');
      this.queue.push({ frame, durable, settle: resolve });
      this.running ??= this.drain();
    });
  }

  private async drain(): Promise<void> {
    // One turn of the event loop, so that calls that started together share the write.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.queue.length > 0 && !(this.closed && this.broken)) {
      const group = this.queue;
      this.queue = [];
      if (await this.commit(group)) continue;
      for (const { settle } of [...group, ...this.queue]) settle('failed');
      this.queue = [...group, ...this.queue];
      if (!this.closed) await new Promise<void>((resolve) => setTimeout(resolve, RETRY_MS).unref());
    }
    this.running = undefined;
  }

  private async commit(group: readonly Waiting[]): Promise<boolean> {
    const bytes = group.reduce((sum, { frame }) => sum + frame.length, 0);
    try {
      const file = await this.liveFile(bytes);
      await file.writeAll(
        group.map(({ frame }) => frame),
        this.position,
      );
      if (group.some(({ durable }) => durable)) await file.datasync();
    } catch {
      this.broken = true;
      await this.file?.close().catch(() => {});
      this.file = undefined;
      return false;
    }
    this.broken = false;
    this.position += bytes;
    this.pendingBytes -= bytes;
    this.pendingFrames -= group.length;
    this.spool.written(bytes, group.length);
    for (const { settle } of group) settle('written');
    this.onCommit();
    return true;
  }

  private async liveFile(bytes: number): Promise<SegmentFile> {
    if (this.file !== undefined && (this.position === 0 || this.position + bytes <= this.segmentBytes))
      return this.file;
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
    writeAll: (buffers, position) => writeAll(handle, buffers, position),
    datasync: () => handle.datasync(),
    close: () => handle.close(),
  };
}

async function writeAll(handle: FileHandle, buffers: readonly Buffer[], position: number): Promise<void> {
  const bytes = buffers.length === 1 ? (buffers[0] as Buffer) : Buffer.concat(buffers);
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, position + written);
    if (bytesWritten === 0) throw new Error('the file takes no more bytes');
    written += bytesWritten;
  }
}
