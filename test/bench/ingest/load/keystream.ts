import { createCipheriv, createHash } from 'node:crypto';

/**
 * Random bytes that are the same for the same seed and body: a cipher's key stream, so that no two bodies share a stretch of
 * it, which a small generator's overlapping sequences would.
 */
export class Keystream {
  #bytes = Buffer.alloc(0);
  #at = 0;
  readonly #cipher: ReturnType<typeof createCipheriv>;

  constructor(seed: number, body: number) {
    const key = createHash('sha256').update(`${seed} ${body}`).digest();
    this.#cipher = createCipheriv('aes-128-ctr', key.subarray(0, 16), key.subarray(16));
  }

  bytes(count: number): Buffer {
    const at = this.#take(count);
    return this.#bytes.subarray(at, at + count);
  }

  hex(characters: number): string {
    const at = this.#take(characters / 2);
    return this.#bytes.toString('hex', at, at + characters / 2);
  }

  /** A whole number from 0 up to, and without, `limit`, which is at most 2^16. */
  below(limit: number): number {
    const at = this.#take(2);
    return Math.floor((this.#bytes.readUInt16LE(at) * limit) / 65_536);
  }

  pick<T>(from: readonly [T, ...T[]]): T {
    return from[this.below(from.length)] ?? from[0];
  }

  /** As `run_id`s are: version 7, though its time is random as well. */
  uuid(): string {
    const hex = this.hex(32);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
  }

  /** Where the next `count` bytes lie. */
  #take(count: number): number {
    if (this.#at + count > this.#bytes.length) {
      this.#bytes = this.#cipher.update(ZEROS);
      this.#at = 0;
    }
    this.#at += count;
    return this.#at - count;
  }
}

const ZEROS = Buffer.alloc(65_536);
