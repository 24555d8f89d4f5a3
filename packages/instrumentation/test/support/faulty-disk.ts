import { readFrames } from '../../src/outbox/frame.ts';
import { type OpenSegment, openFile } from '../../src/outbox/writer.ts';

/** Real files, with faults in between, that remember what has truly been synced. */
export class FaultyDisk {
  /** Asked before each operation: does it fail? A failing write may still leave half of its bytes behind. */
  fails: (operation: 'open' | 'write' | 'sync') => boolean = () => false;
  private readonly synced: Buffer[] = [];

  readonly openSegment: OpenSegment = async (path) => {
    if (this.fails('open')) throw new Error('EIO: open');
    const file = await openFile(path);
    let unsynced: Buffer[] = [];
    return {
      writeAll: async (bytes, position) => {
        if (this.fails('write')) {
          await file.writeAll(bytes.subarray(0, Math.floor(bytes.length / 2)), position);
          throw new Error('ENOSPC: write');
        }
        await file.writeAll(bytes, position);
        unsynced.push(Buffer.from(bytes));
      },
      datasync: async () => {
        if (this.fails('sync')) throw new Error('EIO: fdatasync');
        await file.datasync();
        this.synced.push(...unsynced);
        unsynced = [];
      },
      close: () => file.close(),
    };
  };

  /** Every payload that a crash could not take away any more, as text. */
  syncedText(): string {
    return this.synced
      .flatMap((bytes) => readFrames(bytes).frames)
      .map(({ payload }) => Buffer.from(payload).toString('latin1'))
      .join('\n');
  }
}
