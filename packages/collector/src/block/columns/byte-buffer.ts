import { isUtf8 } from 'node:buffer';
import { INVALID_UTF8 } from '../defects.ts';
import type { Storage } from './storage.ts';

/** Below this a loop copies faster than a call does. */
const SHORT = 48;
const HEX = Buffer.from('0123456789abcdef');

/** Bytes that grow. The writers are those of ClickHouse's String: its length as a varint, then its bytes. */
export class ByteBuffer implements Storage {
  bytes: Buffer;
  length = 0;
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.bytes = Buffer.allocUnsafeSlow(capacity);
  }

  get usedBytes(): number {
    return this.length;
  }

  get allocatedBytes(): number {
    return this.bytes.length;
  }

  truncate(length: number): void {
    this.length = length;
  }

  clear(release: boolean): void {
    this.length = 0;
    if (release && this.bytes.length > this.#capacity) this.bytes = Buffer.allocUnsafeSlow(this.#capacity);
  }

  /** Makes sure that `extra` more bytes fit. */
  reserve(extra: number): void {
    if (this.length + extra > this.bytes.length) this.#grow(this.length + extra);
  }

  #grow(needed: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }

  view(): Buffer {
    return this.bytes.subarray(0, this.length);
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  varint(value: number): void {
    this.reserve(5);
    let rest = value;
    for (; rest > 127; rest >>>= 7) this.bytes[this.length++] = (rest & 127) | 128;
    this.bytes[this.length++] = rest;
  }

  raw(source: Buffer, start: number, end: number): void {
    this.reserve(end - start);
    if (end - start > SHORT) {
      source.copy(this.bytes, this.length, start, end);
      this.length += end - start;
      return;
    }
    const out = this.bytes;
    let at = this.length;
    for (let i = start; i < end; i++) out[at++] = source[i] ?? 0;
    this.length = at;
  }

  /** Copies text that is known to be UTF-8. */
  sized(source: Buffer, start: number, end: number): void {
    this.varint(end - start);
    if (end > start) this.raw(source, start, end);
  }

  /** Copies text, refusing what is not UTF-8. */
  utf8(source: Buffer, start: number, end: number): void {
    if (end - start > SHORT) {
      if (!isUtf8(source.subarray(start, end))) throw INVALID_UTF8;
      this.sized(source, start, end);
    } else this.#shortUtf8(source, start, end);
  }

  #shortUtf8(source: Buffer, start: number, end: number): void {
    this.reserve(SHORT + 1);
    const out = this.bytes;
    let at = this.length;
    let seen = 0;
    out[at++] = end - start;
    for (let i = start; i < end; i++) {
      const byte = source[i] ?? 0;
      seen |= byte;
      out[at++] = byte;
    }
    if (seen > 127 && !isUtf8(source.subarray(start, end))) throw INVALID_UTF8;
    this.length = at;
  }

  text(text: string): void {
    const size = Buffer.byteLength(text);
    this.reserve(size + 5);
    this.varint(size);
    if (size > 0) this.bytes.write(text, this.length, size);
    this.length += size;
  }

  /** ASCII of at most 127 characters. */
  ascii(text: string): void {
    const size = text.length;
    this.reserve(size + 1);
    const out = this.bytes;
    let at = this.length;
    out[at++] = size;
    for (let i = 0; i < size; i++) out[at++] = text.charCodeAt(i);
    this.length = at;
  }

  /** Bytes as lower-case hex. */
  hex(source: Buffer, start: number, end: number): void {
    this.reserve((end - start) * 2 + 5);
    this.varint((end - start) * 2);
    const out = this.bytes;
    let at = this.length;
    for (let i = start; i < end; i++) {
      const byte = source[i] ?? 0;
      out[at++] = HEX[byte >> 4] ?? 0;
      out[at++] = HEX[byte & 15] ?? 0;
    }
    this.length = at;
  }
}
