import { type Frame, frameSize, writeFrame } from './frame.ts';

/** `written`: handed to the file system; with `durable` asked for, also synced. `unavailable`: not, but it will be tried again. */
export type Committed = 'written' | 'unavailable';

const FIRST_BYTES = 64 * 1024;

/** Frames that share one write, one sync where one of them wants it, and one answer. */
export class Group {
  private buffer: Buffer;
  private readonly answer = Promise.withResolvers<Committed>();
  length = 0;
  frames = 0;
  durable = false;

  constructor(buffer: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES)) {
    this.buffer = buffer;
  }

  get committed(): Promise<Committed> {
    return this.answer.promise;
  }

  /** Copies the frame: its payload is the caller's again at once. */
  add(frame: Frame, durable: boolean): void {
    const size = frameSize(frame);
    this.makeRoom(size);
    writeFrame(this.buffer, this.length, frame);
    this.length += size;
    this.frames += 1;
    this.durable ||= durable;
  }

  bytes(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  settle(committed: Committed): void {
    this.answer.resolve(committed);
  }

  /** The memory, for the next group, once nobody reads this one any more. */
  release(): Buffer {
    return this.buffer;
  }

  private makeRoom(size: number): void {
    if (this.length + size <= this.buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.buffer.length * 2, this.length + size));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }
}
