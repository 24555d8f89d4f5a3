import type { Storage } from './storage.ts';

/** 32-bit words that grow; two of them, the low one first, are one of ClickHouse's 64-bit integers. */
export class WordBuffer implements Storage {
  words: Uint32Array<ArrayBuffer>;
  length = 0;
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.words = new Uint32Array(capacity);
  }

  get usedBytes(): number {
    return this.length * 4;
  }

  get allocatedBytes(): number {
    return this.words.byteLength;
  }

  truncate(length: number): void {
    this.length = length;
  }

  clear(release: boolean): void {
    this.length = 0;
    if (release && this.words.length > this.#capacity) this.words = new Uint32Array(this.#capacity);
  }

  reserve(extra: number): void {
    if (this.length + extra > this.words.length) this.#grow(this.length + extra);
  }

  #grow(needed: number): void {
    const grown = new Uint32Array(Math.max(needed, this.words.length * 2));
    grown.set(this.words.subarray(0, this.length));
    this.words = grown;
  }

  push(word: number): void {
    if (this.length === this.words.length) this.#grow(this.length + 1);
    this.words[this.length++] = word;
  }

  push64(low: number, high: number): void {
    if (this.length + 2 > this.words.length) this.#grow(this.length + 2);
    this.words[this.length++] = low;
    this.words[this.length++] = high;
  }

  /** The same word, some times. */
  fill(word: number, times: number): void {
    this.reserve(times);
    this.words.fill(word, this.length, this.length + times);
    this.length += times;
  }

  /** All words of another buffer, some times over. */
  repeat({ words, length }: WordBuffer, times: number): void {
    this.reserve(length * times);
    const start = this.length;
    for (let i = 0; i < length; i++) this.words[start + i] = words[i] ?? 0;
    this.length += length * times;
    for (let done = length; done > 0 && start + done < this.length; done *= 2)
      this.words.copyWithin(start + done, start, Math.min(start + done, this.length - done));
  }

  view(): Uint32Array<ArrayBuffer> {
    return this.words.subarray(0, this.length);
  }
}
