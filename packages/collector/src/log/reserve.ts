import { join } from 'node:path';
import type { LogFiles } from './log-files.ts';

const RESERVE_BYTES = 256 * 1024;
const RETRY_MS = 250;

/**
 * Room on the disk that only markers may use. A log can be emptied only by writing which bodies are a batch: without this,
 * a disk that the log itself has filled would stay full until a person comes.
 */
export class Reserve {
  readonly #path: string;
  readonly #files: LogFiles;
  #held = false;
  #starved = false;
  #filling: Promise<void> | undefined;
  #nextTry = 0;

  constructor(directory: string, files: LogFiles) {
    this.#path = join(directory, 'reserve');
    this.#files = files;
  }

  /** The disk is full: what room there is belongs to the markers, until the reserve is whole again. */
  get starved(): boolean {
    return this.#starved;
  }

  /** A write has failed; where it was for want of room, the markers get theirs. @returns whether it was */
  failed(error: unknown): boolean {
    if (!isFull(error)) return false;
    if (!this.#held) return true;
    this.#starved = true;
    this.#held = false;
    this.#nextTry = performance.now() + RETRY_MS;
    void this.#files.remove(this.#path).catch(() => undefined);
    return true;
  }

  /** Takes the room, where there is some. Never rejects; tried again at most every quarter of a second. */
  fill(): Promise<void> {
    if (this.#filling) return this.#filling;
    if (this.#held || performance.now() < this.#nextTry) return Promise.resolve();
    this.#filling = this.#write().finally(() => {
      this.#filling = undefined;
      this.#nextTry = performance.now() + RETRY_MS;
    });
    return this.#filling;
  }

  async #write(): Promise<void> {
    try {
      // What a crash left may be shorter, and full of holes.
      await this.#files.remove(this.#path);
      const file = await this.#files.create(this.#path);
      try {
        await file.write([Buffer.alloc(RESERVE_BYTES, 1)], 0);
        await file.datasync();
      } finally {
        await file.close();
      }
      this.#held = true;
      this.#starved = false;
    } catch {
      await this.#files.remove(this.#path).catch(() => undefined);
    }
  }
}

const isFull = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
