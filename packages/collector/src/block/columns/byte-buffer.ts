import { isUtf8 } from 'node:buffer';
import { Bytes } from '../bytes.ts';
import { INVALID_UTF8 } from '../defects.ts';
import type { Storage } from './storage.ts';

/** Up to here a loop copies faster than a call does. */
const SHORT = 384;
/** The two hex digits of a byte as they lie in memory, read as one number. */
const HEX = Uint16Array.from({ length: 256 }, (_, byte) =>
  Buffer.from(byte.toString(16).padStart(2, '0')).readUInt16LE(),
);

/** Bytes that grow. The writers are those of ClickHouse's String: its length as a varint, then its bytes. */
export class ByteBuffer implements Storage {
  memory: Bytes;
  length = 0;
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.memory = Bytes.allocate(capacity);
  }

  get usedBytes(): number {
    return this.length;
  }

  get allocatedBytes(): number {
    return this.memory.buffer.length;
  }

  truncate(length: number): void {
    this.length = length;
  }

  clear(release: boolean): void {
    this.length = 0;
    if (release && this.allocatedBytes > this.#capacity) this.memory = Bytes.allocate(this.#capacity);
  }

  /** Makes sure that `extra` more bytes fit. */
  reserve(extra: number): void {
    if (this.length + extra > this.memory.buffer.length) this.#grow(this.length + extra);
  }

  #grow(needed: number): void {
    const grown = Bytes.allocate(Math.max(needed, this.allocatedBytes * 2));
    this.memory.buffer.copy(grown.buffer, 0, 0, this.length);
    this.memory = grown;
  }

  /** What was written. */
  written(): Buffer {
    return this.memory.buffer.subarray(0, this.length);
  }

  byte(value: number): void {
    this.reserve(1);
    this.memory.buffer[this.length++] = value;
  }

  varint(value: number): void {
    this.reserve(5);
    const out = this.memory.buffer;
    let rest = value;
    for (; rest > 127; rest >>>= 7) out[this.length++] = (rest & 127) | 128;
    out[this.length++] = rest;
  }

  raw(source: Bytes, start: number, end: number): void {
    this.reserve(end - start);
    if (end - start <= SHORT) copyShort(source, start, end, this.memory, this.length);
    else source.buffer.copy(this.memory.buffer, this.length, start, end);
    this.length += end - start;
  }

  /** All bytes of another buffer, some times over. */
  repeat({ memory, length }: ByteBuffer, times: number): void {
    this.reserve(length * times);
    const start = this.length;
    const out = this.memory.buffer;
    memory.buffer.copy(out, start, 0, length);
    this.length += length * times;
    for (let done = length; done > 0 && start + done < this.length; done *= 2)
      out.copyWithin(start + done, start, Math.min(start + done, this.length - done));
  }

  /** Copies text that is known to be UTF-8. */
  sized(source: Bytes, start: number, end: number): void {
    this.varint(end - start);
    if (end > start) this.raw(source, start, end);
  }

  /** Copies text, refusing what is not UTF-8. */
  utf8(source: Bytes, start: number, end: number): void {
    this.varint(end - start);
    this.reserve(end - start);
    if (end - start <= SHORT) {
      const isAscii = copyShort(source, start, end, this.memory, this.length);
      if (!isAscii && !isUtf8(source.buffer.subarray(start, end))) throw INVALID_UTF8;
    } else {
      if (!isUtf8(source.buffer.subarray(start, end))) throw INVALID_UTF8;
      source.buffer.copy(this.memory.buffer, this.length, start, end);
    }
    this.length += end - start;
  }

  text(text: string): void {
    const size = Buffer.byteLength(text);
    this.varint(size);
    this.reserve(size);
    if (size > 0) this.memory.buffer.write(text, this.length, size);
    this.length += size;
  }

  /** ASCII of at most 127 characters. */
  ascii(text: string): void {
    const size = text.length;
    this.reserve(size + 1);
    const out = this.memory.buffer;
    let at = this.length;
    out[at++] = size;
    for (let i = 0; i < size; i++) out[at++] = text.charCodeAt(i);
    this.length = at;
  }

  /** Bytes as lower-case hex. */
  hex(source: Bytes, start: number, end: number): void {
    this.varint((end - start) * 2);
    this.reserve((end - start) * 2);
    const { view } = this.memory;
    let at = this.length;
    for (let i = start; i < end; i++, at += 2) view.setUint16(at, HEX[source.buffer[i] ?? 0] ?? 0, true);
    this.length = at;
  }
}

/** Copies four bytes at a time, and says whether all of them are ASCII. */
function copyShort(source: Bytes, start: number, end: number, target: Bytes, to: number): boolean {
  let seen = 0;
  let at = to;
  let i = start;
  for (const stop = end - 3; i < stop; i += 4, at += 4) {
    const word = source.view.getInt32(i, true);
    seen |= word;
    target.view.setInt32(at, word, true);
  }
  for (; i < end; i++, at++) {
    const byte = source.buffer[i] ?? 0;
    seen |= byte;
    target.buffer[at] = byte;
  }
  return (seen & 0x80808080) === 0;
}
