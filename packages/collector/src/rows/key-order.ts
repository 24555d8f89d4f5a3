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
  sortMany({ keys, order, spare: new Uint32Array(order.length) }, 0, order.length, 0);
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

/** One more than the greatest digit. */
const DIGITS = 257;
/** So few are not worth the counts of a digit. */
const UNCOUNTED = 256;

interface Sorting {
  readonly keys: KeyBytes;
  readonly order: Uint32Array;
  /** As long as the order. */
  readonly spare: Uint32Array;
}

/** Those from a place to another, whose keys are equal before a byte: by that byte, and then those of each by the next. */
function sortMany(sorting: Sorting, from: number, to: number, at: number): void {
  let [start, end, digit] = [from, to, at];
  // The largest part is gone on with here: however many bytes keys share, what is called again is half as large at most.
  for (; end - start >= UNCOUNTED; digit++) {
    const ends = distribute(sorting, start, end, digit);
    [start, end] = [0, 0];
    for (let value = 1; value < DIGITS; value++) {
      let [first, last] = [ends[value - 1] ?? 0, ends[value] ?? 0];
      if (last - first > end - start) [first, last, start, end] = [start, end, first, last];
      if (last - first > 1) sortMany(sorting, first, last, digit + 1);
    }
  }
  sortFew(sorting, start, end, digit);
}

/** Radix sort by one digit. @returns where those with each digit end */
function distribute({ keys, order, spare }: Sorting, from: number, to: number, at: number): Uint32Array {
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
  const next = ends.slice();
  for (let i = to - 1; i >= from; i--) {
    const index = order[i] ?? 0;
    const digit = keys.digit(index, at);
    const place = (next[digit] ?? 0) - 1;
    next[digit] = place;
    spare[place] = index;
  }
  order.set(spare.subarray(from, to), from);
  return ends;
}

/** Quicksort by one digit after the other, which looks at no shared byte twice (Bentley and Sedgewick, 1997). */
function sortFew(sorting: Sorting, from: number, to: number, at: number): void {
  const { keys, order } = sorting;
  let [start, end] = [from, to];
  for (let digit = at; end - start > 1; digit++) {
    const pivot = keys.digit(order[(start + end) >> 1] ?? 0, digit);
    let [less, more] = [start, end];
    for (let i = start; i < more; ) {
      const here = keys.digit(order[i] ?? 0, digit);
      if (here < pivot) swap(order, less++, i++);
      else if (here > pivot) swap(order, i, --more);
      else i++;
    }
    sortFew(sorting, start, less, digit);
    sortFew(sorting, more, end, digit);
    // Equal keys stay as they came.
    if (pivot === 0) order.subarray(less, more).sort();
    [start, end] = pivot === 0 ? [0, 0] : [less, more];
  }
}

function swap(order: Uint32Array, a: number, b: number): void {
  const index = order[a] ?? 0;
  order[a] = order[b] ?? 0;
  order[b] = index;
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
