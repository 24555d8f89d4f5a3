import type { Deliver } from './delivery.ts';
import type { Frame } from './frame.ts';
import type { Batch, Spool } from './spool.ts';

const MAX_FRAMES = 512;
/** Records of one moment go out together. */
const LINGER_MS = 20;
const FIRST_BACKOFF_MS = 200;
const MAX_BACKOFF_MS = 30_000;

export interface SenderEvents {
  /** Sets a frame aside that the collector will never accept. */
  reject(frame: Frame, why: string): Promise<void>;
  /** Records that cannot be read back. */
  lost(frames: number, why: string): void;
  problem(message: string): void;
  /** Something was delivered or set aside: there is room again. */
  progress(): void;
}

/** Delivers one spool, in order, for as long as it takes. */
export class Sender {
  readonly spool: Spool;
  private readonly deliver: Deliver;
  private readonly events: SenderEvents;
  private readonly stop = new AbortController();
  private readonly done: Promise<void>;
  private wake: () => void = () => {};
  private hurried = false;
  private dirty = true;
  private maxFrames = MAX_FRAMES;
  private failures = 0;

  constructor(spool: Spool, deliver: Deliver, events: SenderEvents) {
    this.spool = spool;
    this.deliver = deliver;
    this.events = events;
    this.done = this.loop();
  }

  /** There is something new to send. */
  notify(): void {
    this.dirty = true;
    this.wake();
  }

  /** Do not linger, and try again now rather than after the back-off. */
  hurry(): void {
    this.hurried = true;
    this.wake();
  }

  async close(): Promise<void> {
    this.stop.abort();
    this.wake();
    await this.done;
  }

  private async loop(): Promise<void> {
    while (!this.stop.signal.aborted) {
      try {
        await this.step();
      } catch (error) {
        this.events.problem(`the outbox cannot be read: ${String(error)}`);
        await this.sleep(MAX_BACKOFF_MS);
      }
    }
  }

  private async step(): Promise<void> {
    this.dirty = false;
    const batch = await this.spool.next(this.maxFrames);
    if (batch === undefined) {
      await this.untilNotified();
      return this.sleep(LINGER_MS);
    }
    if (batch.frames.length === 0) return this.unreadable(batch);
    const body = Buffer.concat(batch.frames.map(({ payload }) => payload));
    const delivery = await this.deliver(body, this.stop.signal);
    if (delivery.kind === 'retryable') return this.backOff(delivery.why, delivery.afterMs);
    if (delivery.kind === 'refused') return this.refused(batch, delivery.why);
    if (delivery.rejectedSpans > 0)
      this.events.problem(`the collector quarantined ${delivery.rejectedSpans} spans: ${delivery.why}`);
    this.failures = 0;
    this.maxFrames = Math.min(MAX_FRAMES, this.maxFrames * 2);
    await this.spool.advance(batch);
    this.events.progress();
  }

  private async backOff(why: string, afterMs: number | undefined): Promise<void> {
    if (this.stop.signal.aborted) return;
    this.failures += 1;
    if (this.failures === 1) this.events.problem(`evidence waits in the outbox: ${why}`);
    const backoff = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(this.failures - 1, 16));
    await this.sleep(afterMs ?? backoff * (0.5 + Math.random() / 2));
  }

  /** Halves the batch until the frame that cannot be accepted stands alone; the others are innocent. */
  private async refused(batch: Batch, why: string): Promise<void> {
    const [frame] = batch.frames;
    if (batch.frames.length > 1 || frame === undefined) {
      this.maxFrames = Math.max(1, Math.floor(batch.frames.length / 2));
      return;
    }
    await this.events.reject(frame, why);
    await this.spool.advance(batch);
    this.events.progress();
  }

  /** Bytes that are no frame, in the middle of a segment: the disk changed them. */
  private async unreadable(batch: Batch): Promise<void> {
    const { frames, bytes } = await this.spool.skipUnreadable(batch);
    this.events.lost(frames, `${bytes} bytes of a segment in the outbox are damaged`);
    this.events.progress();
  }

  private async untilNotified(): Promise<void> {
    if (this.dirty || this.stop.signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
    });
  }

  /** Sleeps, unless told to hurry or to stop. */
  private async sleep(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms).unref();
      this.wake = () => {
        if (!this.hurried && !this.stop.signal.aborted) return;
        clearTimeout(timer);
        resolve();
      };
      this.wake();
    });
    this.hurried = false;
  }
}
