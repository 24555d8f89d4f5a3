import { mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Deliver } from './delivery.ts';
import { type Frame, frameSize } from './frame.ts';
import type { Committed } from './group.ts';
import { freeName, orphanOf, ownedName, thisProcess } from './ownership.ts';
import { keepTorn, setAside } from './rejected.ts';
import { Sender, type SenderEvents } from './sender.ts';
import { Spool } from './spool.ts';
import { type OpenSegment, SegmentWriter } from './writer.ts';

export interface OutboxOptions {
  /** Shared by any number of processes; each writes a directory of its own in it. */
  readonly directory: string;
  /** Most unsent bytes on disk, those of adopted directories included. */
  readonly maxBytes: number;
  readonly deliver: Deliver;
  readonly onProblem: (message: string) => void;
  /** Records of a run that will never arrive. */
  readonly onLost: (lost: {
    readonly runId: string | undefined;
    readonly count: number;
    readonly why: string;
  }) => void;
  readonly openSegment?: OpenSegment | undefined;
}

export type Appended =
  | { readonly kind: 'accepted'; readonly committed: Promise<Committed> }
  /** No room: the frame was not taken, and nothing of it is on disk. */
  | { readonly kind: 'full' };

export interface OutboxDepth {
  readonly unsentFrames: number;
  readonly unsentBytes: number;
  readonly rejectedFrames: number;
}

/** Frames that the disk has not taken yet, in memory, at most. */
const MAX_PENDING_BYTES = 16 * 1024 * 1024;
const ADOPT_EVERY_MS = 30_000;
/** Directories in use are touched each time; one that was missed so often is not. */
const OLD_MS = 10 * ADOPT_EVERY_MS;

/** The durable outbox: what it has accepted reaches the collector, from this process or from a later one. */
export class Outbox {
  private readonly options: OutboxOptions;
  private readonly id: string;
  private readonly writer: SegmentWriter;
  private readonly own: Sender;
  private readonly adopted = new Map<string, Sender>();
  private readonly adoptTimer: NodeJS.Timeout;
  private readonly waiters = new Set<() => void>();
  private readonly dropping = new Set<Promise<void>>();
  private rejectedFrames = 0;
  private closing: Promise<OutboxDepth> | undefined;

  private constructor(options: OutboxOptions, id: string, spool: Spool) {
    this.options = options;
    this.id = id;
    this.own = new Sender(spool, options.deliver, this.events());
    const segmentBytes = Math.max(64 * 1024, Math.min(8 * 1024 * 1024, Math.floor(options.maxBytes / 8)));
    this.writer = new SegmentWriter(spool, segmentBytes, () => this.own.notify(), options.openSegment);
    this.adoptTimer = setInterval(() => void this.touchAndAdopt(), ADOPT_EVERY_MS).unref();
  }

  static async open(options: OutboxOptions): Promise<Outbox> {
    const root = resolve(options.directory);
    const id = crypto.randomUUID();
    const directory = join(root, ownedName(thisProcess(), id));
    await mkdir(directory, { recursive: true });
    for (const path of [root, dirname(root)]) await syncDirectory(path);
    const outbox = new Outbox({ ...options, directory: root }, id, new Spool(directory));
    await outbox.adopt();
    return outbox;
  }

  /**
   * Takes a copy of a frame, at once and in order, or says that there is no room. `durable` waits for the sync.
   * `reserve` may use the last sixteenth, kept for refusals, seals and gaps, so that a full outbox can still say no on record.
   */
  append(frame: Frame, { durable, reserve }: { durable: boolean; reserve: boolean }): Appended {
    const size = frameSize(frame);
    const { maxBytes } = this.options;
    const limit = reserve ? maxBytes : maxBytes - Math.ceil(maxBytes / 16);
    if (this.closing !== undefined || this.unsentBytes() + size > limit) return { kind: 'full' };
    if (this.writer.pendingBytes + size > MAX_PENDING_BYTES) return { kind: 'full' };
    return { kind: 'accepted', committed: this.writer.append(frame, durable) };
  }

  depth(): OutboxDepth {
    let unsentFrames = this.own.spool.unsentFrames + this.writer.pendingFrames;
    for (const { spool } of this.adopted.values()) unsentFrames += spool.unsentFrames;
    return { unsentFrames, unsentBytes: this.unsentBytes(), rejectedFrames: this.rejectedFrames };
  }

  private unsentBytes(): number {
    let bytes = this.own.spool.unsentBytes + this.writer.pendingBytes;
    for (const { spool } of this.adopted.values()) bytes += spool.unsentBytes;
    return bytes;
  }

  /** Waits until everything has been delivered or set aside; at most `timeoutMs`. */
  async flush(timeoutMs: number): Promise<void> {
    const until = performance.now() + timeoutMs;
    while (this.depth().unsentFrames > 0 && performance.now() < until) {
      for (const sender of [this.own, ...this.adopted.values()]) sender.hurry();
      await this.progress(Math.min(100, until - performance.now()));
    }
  }

  /** Idempotent. What is left stays on disk, free for the next process. */
  close(timeoutMs: number): Promise<OutboxDepth> {
    this.closing ??= this.closeOnce(timeoutMs);
    return this.closing;
  }

  private async closeOnce(timeoutMs: number): Promise<OutboxDepth> {
    clearInterval(this.adoptTimer);
    await this.flush(timeoutMs);
    await this.writer.close();
    const depth = this.depth();
    await Promise.all([this.own, ...this.adopted.values()].map((sender) => sender.close()));
    await this.release(this.own.spool, this.id);
    for (const [id, { spool }] of this.adopted) await this.release(spool, id);
    await Promise.all(this.dropping);
    return depth;
  }

  private async release(spool: Spool, id: string): Promise<void> {
    if (spool.unsentFrames === 0) await rm(spool.directory, { recursive: true, force: true });
    else await rename(spool.directory, join(this.options.directory, freeName(id)));
  }

  private progress(ms: number): Promise<void> {
    return new Promise((done) => {
      const settle = () => {
        clearTimeout(timer);
        this.waiters.delete(settle);
        done();
      };
      const timer = setTimeout(settle, ms);
      this.waiters.add(settle);
    });
  }

  /** No more frames are taken. */
  get closed(): boolean {
    return this.closing !== undefined;
  }

  private async touchAndAdopt(): Promise<void> {
    for (const { spool } of [this.own, ...this.adopted.values()]) await touch(spool.directory);
    await this.adopt();
  }

  private async adopt(): Promise<void> {
    try {
      await this.adoptOrphans();
    } catch (error) {
      this.options.onProblem(
        `what other processes left in the outbox cannot be taken over: ${String(error)}`,
      );
    }
  }

  /** Takes over what dead processes left. The rename decides between two that try. */
  private async adoptOrphans(): Promise<void> {
    const me = thisProcess();
    for (const name of await readdir(this.options.directory)) {
      const orphan = orphanOf(name, me);
      if (orphan === undefined || this.closing !== undefined) continue;
      if (orphan.onlyIfOld && !(await isOld(join(this.options.directory, name)))) continue;
      const { id } = orphan;
      const directory = join(this.options.directory, ownedName(me, id));
      try {
        await rename(join(this.options.directory, name), directory);
      } catch {
        continue;
      }
      await touch(directory);
      await this.take(id, directory);
    }
  }

  private async take(id: string, directory: string): Promise<void> {
    const spool = await Spool.recover(directory, async (tail) => {
      this.options.onProblem(`an outbox of another process ends in ${tail.length} torn bytes; see rejected/`);
      await keepTorn(this.options.directory, tail);
    });
    if (spool.unsentFrames === 0) await rm(directory, { recursive: true, force: true });
    else this.adopted.set(id, new Sender(spool, this.options.deliver, this.events(id)));
  }

  private events(adoptedId?: string): SenderEvents {
    return {
      reject: async (frame, why) => {
        this.rejectedFrames += 1;
        this.options.onProblem(`a record of run ${frame.runId} was refused for good (${why}); see rejected/`);
        const dropped = await setAside(this.options.directory, frame, why);
        if (dropped > 0) this.options.onProblem(`rejected/ is full: its ${dropped} oldest are gone`);
        this.options.onLost({ runId: frame.runId, count: 1, why });
      },
      lost: (count, why) => {
        this.options.onProblem(`${count} records are lost: ${why}`);
        this.options.onLost({ runId: undefined, count, why });
      },
      problem: this.options.onProblem,
      progress: () => {
        for (const settle of [...this.waiters]) settle();
        if (adoptedId !== undefined) this.dropIfDone(adoptedId);
      },
    };
  }

  private dropIfDone(id: string): void {
    const sender = this.adopted.get(id);
    if (sender === undefined || sender.spool.unsentFrames > 0) return;
    this.adopted.delete(id);
    const dropped = this.drop(sender).finally(() => this.dropping.delete(dropped));
    this.dropping.add(dropped);
  }

  private async drop(sender: Sender): Promise<void> {
    await sender.close();
    await rm(sender.spool.directory, { recursive: true, force: true });
  }
}

async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(() => {});
}

async function isOld(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && found.mtimeMs < Date.now() - OLD_MS;
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  await handle.sync().finally(() => handle.close());
}
