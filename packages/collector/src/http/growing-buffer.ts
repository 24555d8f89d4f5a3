const MAX_ANNOUNCED = 1024 * 1024;

/**
 * Bytes appended into one buffer that doubles. A list of chunks would let a client that sends single-byte chunks use
 * a hundred times what it sent.
 */
export class GrowingBuffer {
  readonly #limit: number;
  #buffer = Buffer.alloc(0);
  #length = 0;

  /**
   * @param limit the most that will ever be appended, in bytes
   * @param expected how many are expected; a sender that only announces them gets no more than a megabyte set aside
   */
  constructor(limit: number, expected = 0) {
    this.#limit = limit;
    if (expected > 0) this.#buffer = Buffer.allocUnsafeSlow(Math.min(limit, expected, MAX_ANNOUNCED));
  }

  append(chunk: Buffer): void {
    const needed = this.#length + chunk.length;
    if (needed > this.#buffer.length) this.#grow(needed);
    chunk.copy(this.#buffer, this.#length);
    this.#length = needed;
  }

  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  #grow(needed: number): void {
    const size = Math.max(needed, Math.min(this.#limit, Math.max(this.#buffer.length * 2, 16 * 1024)));
    const larger = Buffer.allocUnsafeSlow(size);
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}
