import type { KeyValue } from '../otlp/model.ts';

/** So few are sorted as fast by comparing. */
const FEW = 24;

/**
 * Entries by the bytes of their keys in UTF-8, those of equal keys as they came. Of many keys each byte is looked at a few times at
 * most, so that the size of a body bounds the time, whatever they begin with. Pure.
 */
export function inOrderOfKeys(entries: readonly KeyValue[]): readonly KeyValue[] {
  if (entries.length < FEW) return entries.toSorted((a, b) => compareUtf8(a.key, b.key));
  const keys = new KeyBytes(entries);
  if (keys.length === 0) return entries;
  const order = new Uint32Array(entries.length);
  for (let index = 0; index < order.length; index++) order[index] = index;
  sortRange(keys, order, { from: 0, to: order.length, at: 0, spare: new Uint32Array(order.length) });
  return Array.from(order, (index) => entries[index] as KeyValue);
}

/** The bytes of all keys, one after the other. */
class KeyBytes {
  readonly #bytes: Buffer;
  readonly #ends: Uint32Array;

  constructor(entries: readonly KeyValue[]) {
    let longest = 0;
    for (const { key } of entries) longest += key.length * 3;
    this.#bytes = Buffer.allocUnsafe(longest);
    this.#ends = new Uint32Array(entries.length + 1);
    let end = 0;
    for (let index = 0; index < entries.length; index++) {
      end = this.#write(entries[index]?.key ?? '', end);
      this.#ends[index + 1] = end;
    }
  }

  /** Of all together. */
  get length(): number {
    return this.#ends.at(-1) ?? 0;
  }

  /** @returns where it ends. Keys are short, and for ASCII a loop is faster than a call. */
  #write(key: string, start: number): number {
    for (let i = 0; i < key.length; i++) {
      const unit = key.charCodeAt(i);
      if (unit > 127) return start + this.#bytes.write(key, start);
      this.#bytes[start + i] = unit;
    }
    return start + key.length;
  }

  /** One more than a byte of a key; 0 behind its end. */
  digit(index: number, at: number): number {
    const place = (this.#ends[index] ?? 0) + at;
    return place < (this.#ends[index + 1] ?? 0) ? (this.#bytes[place] ?? 0) + 1 : 0;
  }
}

/** Places in the order whose keys are equal up to a byte. */
interface Range {
  readonly from: number;
  readonly to: number;
  readonly at: number;
  /** As long as the order. */
  readonly spare: Uint32Array;
}

const DIGITS = 257;

/** Radix sort by the first byte, then within those of each by the next. As deep as there are bytes at which keys part. */
function sortRange(keys: KeyBytes, order: Uint32Array, range: Range): void {
  const { from, to, spare } = range;
  if (to - from < FEW) {
    insertSorted(keys, order, range);
    return;
  }
  let { at } = range;
  let ends = endsOf(keys, order, range);
  for (; areAlike(keys, order, range, ends, at); ends = endsOf(keys, order, { ...range, at })) {
    // All of them end here.
    if (ends[0] === to) return;
    at++;
  }
  const next = ends.slice();
  for (let i = to - 1; i >= from; i--) {
    const index = order[i] ?? 0;
    const digit = keys.digit(index, at);
    const place = (next[digit] ?? 0) - 1;
    next[digit] = place;
    spare[place] = index;
  }
  order.set(spare.subarray(from, to), from);
  for (let digit = 1; digit < DIGITS; digit++) {
    const [start, end] = [ends[digit - 1] ?? 0, ends[digit] ?? 0];
    if (end - start > 1) sortRange(keys, order, { from: start, to: end, at: at + 1, spare });
  }
}

/** Whether all have the same digit. */
function areAlike(
  keys: KeyBytes,
  order: Uint32Array,
  { from, to }: Range,
  ends: Uint32Array,
  at: number,
): boolean {
  const digit = keys.digit(order[from] ?? 0, at);
  return ends[digit] === to && (digit === 0 || ends[digit - 1] === from);
}

/** Where those with each digit end, when they are sorted by it. */
function endsOf(keys: KeyBytes, order: Uint32Array, { from, to, at }: Range): Uint32Array {
  const ends = new Uint32Array(DIGITS);
  for (let i = from; i < to; i++) {
    const digit = keys.digit(order[i] ?? 0, at);
    ends[digit] = (ends[digit] ?? 0) + 1;
  }
  let end = from;
  for (let digit = 0; digit < DIGITS; digit++) {
    end += ends[digit] ?? 0;
    ends[digit] = end;
  }
  return ends;
}

function insertSorted(keys: KeyBytes, order: Uint32Array, { from, to, at }: Range): void {
  for (let i = from + 1; i < to; i++) {
    const index = order[i] ?? 0;
    let place = i;
    for (; place > from && isAfter(keys, order[place - 1] ?? 0, index, at); place--)
      order[place] = order[place - 1] ?? 0;
    order[place] = index;
  }
}

function isAfter(keys: KeyBytes, a: number, b: number, start: number): boolean {
  for (let at = start; ; at++) {
    const x = keys.digit(a, at);
    const y = keys.digit(b, at);
    if (x !== y) return x > y;
    if (x === 0) return false;
  }
}

/** Orders strings as their UTF-8 bytes do: UTF-16 order differs where surrogates meet U+E000 to U+FFFF. */
export function compareUtf8(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return fixUp(x) - fixUp(y);
  }
  return a.length - b.length;
}

/** Moves surrogates above the rest of the basic plane, where their code points are. */
const fixUp = (unit: number): number =>
  unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit;
