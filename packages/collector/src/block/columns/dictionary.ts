import { isUtf8 } from 'node:buffer';
import { Bytes } from '../bytes.ts';
import { INVALID_UTF8 } from '../defects.ts';
import { ByteBuffer } from './byte-buffer.ts';
import type { Storage } from './storage.ts';

/** A text that many others collide with is added again instead of searched for: ClickHouse takes repeated entries. */
const MAX_PROBES = 32;
const SLOTS = 1024;
const FREE = -1;

/**
 * The distinct texts of a LowCardinality column, found by their bytes. Entries are numbered as they come; the reserved
 * ones come first, so that a small number is a known text.
 */
export class Dictionary implements Storage {
  readonly texts = new ByteBuffer(1 << 14);
  length = 0;
  /** Changes whenever entries are forgotten, after which their numbers may mean other texts. */
  generation = 0;
  readonly #reserved: readonly Bytes[];
  /** Where the bytes of an entry start and end in `texts`, two numbers each. */
  #ranges = new Uint32Array(SLOTS);
  /** The entry that last came after this one: texts come in the same order again and again. */
  #next = new Uint32Array(SLOTS / 2);
  #slots = new Int32Array(SLOTS).fill(FREE);

  constructor(reserved: readonly string[] = []) {
    this.#reserved = reserved.map((text) => Bytes.of(text));
    this.#internReserved();
  }

  get usedBytes(): number {
    return this.texts.usedBytes;
  }

  get allocatedBytes(): number {
    const { byteLength: slots } = this.#slots;
    return this.texts.allocatedBytes + this.#ranges.byteLength + this.#next.byteLength + slots;
  }

  /** The entry of a text, given the entry of the text before it. */
  follow(previous: number, source: Bytes, start: number, end: number): number {
    const guess = this.#next[previous] ?? 0;
    if (guess < this.length && this.#is(guess, source, start, end)) return guess;
    const entry = this.intern(source, start, end);
    if (previous < this.length) this.#next[previous] = entry;
    return entry;
  }

  intern(source: Bytes, start: number, end: number): number {
    const mask = this.#slots.length - 1;
    let slot = hash(source, start, end) & mask;
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const entry = this.#slots[slot] ?? FREE;
      if (entry === FREE) return this.#add(slot, source, start, end);
      if (this.#is(entry, source, start, end)) return entry;
      slot = (slot + 1) & mask;
    }
    return this.#add(undefined, source, start, end);
  }

  /** Orders two entries by their bytes. */
  compare(a: number, b: number): number {
    const { buffer } = this.texts.memory;
    let i = this.#start(a);
    let j = this.#start(b);
    const shorter = Math.min(this.#end(a) - i, this.#end(b) - j);
    for (const stop = i + shorter; i < stop; i++, j++) {
      const difference = (buffer[i] ?? 0) - (buffer[j] ?? 0);
      if (difference !== 0) return difference;
    }
    return this.#end(a) - i - (this.#end(b) - j);
  }

  /** The last texts come out as if they had never been in. */
  truncate(length: number): void {
    if (length === this.length) return;
    this.generation++;
    for (let entry = this.length - 1; entry >= length; entry--) this.#release(entry);
    this.texts.truncate(length === 0 ? 0 : this.#end(length - 1));
    this.length = length;
  }

  clear(release: boolean): void {
    this.generation++;
    if (release && this.#slots.length > SLOTS) {
      this.#ranges = new Uint32Array(SLOTS);
      this.#next = new Uint32Array(SLOTS / 2);
      this.#slots = new Int32Array(SLOTS);
    }
    this.texts.clear(release);
    this.#slots.fill(FREE);
    this.length = 0;
    this.#internReserved();
  }

  #internReserved(): void {
    for (const text of this.#reserved) this.intern(text, 0, text.buffer.length);
  }

  #start(entry: number): number {
    return this.#ranges[entry * 2] ?? 0;
  }

  #end(entry: number): number {
    return this.#ranges[entry * 2 + 1] ?? 0;
  }

  #is(entry: number, source: Bytes, start: number, end: number): boolean {
    let at = this.#start(entry);
    if (this.#end(entry) - at !== end - start) return false;
    const { buffer, view } = this.texts.memory;
    let i = start;
    for (const stop = end - 3; i < stop; i += 4, at += 4)
      if (view.getInt32(at, true) !== source.view.getInt32(i, true)) return false;
    for (; i < end; i++, at++) if (buffer[at] !== source.buffer[i]) return false;
    return true;
  }

  #add(slot: number | undefined, source: Bytes, start: number, end: number): number {
    if (!isUtf8(source.buffer.subarray(start, end))) throw INVALID_UTF8;
    const entry = this.length++;
    this.texts.varint(end - start);
    if (entry * 2 + 2 > this.#ranges.length) this.#growRanges();
    this.#ranges[entry * 2] = this.texts.length;
    this.texts.raw(source, start, end);
    this.#ranges[entry * 2 + 1] = this.texts.length;
    if (slot !== undefined) this.#slots[slot] = entry;
    if (this.length * 2 > this.#slots.length) this.#rehash();
    return entry;
  }

  #growRanges(): void {
    const ranges = new Uint32Array(this.#ranges.length * 2);
    ranges.set(this.#ranges);
    const next = new Uint32Array(this.#next.length * 2);
    next.set(this.#next);
    this.#ranges = ranges;
    this.#next = next;
  }

  /** Entries keep the order in which they came, on which `truncate` relies and which keeps the reserved ones in reach. */
  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 4).fill(FREE);
    const mask = slots.length - 1;
    for (let entry = 0; entry < this.length; entry++) {
      let slot = hash(this.texts.memory, this.#start(entry), this.#end(entry)) & mask;
      for (let probe = 0; probe < MAX_PROBES && slots[slot] !== FREE; probe++) slot = (slot + 1) & mask;
      if (slots[slot] === FREE) slots[slot] = entry;
    }
    this.#slots = slots;
  }

  #release(entry: number): void {
    const mask = this.#slots.length - 1;
    let slot = hash(this.texts.memory, this.#start(entry), this.#end(entry)) & mask;
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      if (this.#slots[slot] === entry) this.#slots[slot] = FREE;
      slot = (slot + 1) & mask;
    }
  }
}

/** FNV-1a, finished so that its low bits depend on all of it. A sender can find collisions, which is why probing is bounded. */
export function hash({ buffer }: Bytes, start: number, end: number): number {
  let value = 0x811c9dc5;
  for (let i = start; i < end; i++) value = Math.imul(value ^ (buffer[i] ?? 0), 0x01000193);
  value = Math.imul(value ^ (value >>> 15), 0x85ebca6b);
  return (value ^ (value >>> 13)) >>> 0;
}
