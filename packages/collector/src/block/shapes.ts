import type { Dictionary } from './columns/dictionary.ts';

/** How many shapes are remembered, and of how many keys at most: attributes of strangers must not fill the memory. */
const MAX_SHAPES = 1024;
const MAX_KEYS = 128;

interface Shape {
  readonly keys: Uint32Array;
  readonly order: Uint32Array;
}

/**
 * In which order attributes are written: by the bytes of their keys, equal keys as they came. Most spans repeat the keys
 * of another one in the same sequence, their shape, so the order is worked out once for each shape.
 */
export class Shapes {
  readonly #keys: Dictionary;
  readonly #byHash = new Map<number, Shape>();
  #generation = 0;

  constructor(keys: Dictionary) {
    this.#keys = keys;
  }

  /**
   * The order of the first `count` keys, as positions.
   * @param keys entries of the dictionary
   */
  orderOf(keys: Uint32Array, count: number): Uint32Array {
    if (this.#generation !== this.#keys.generation) this.#forget();
    const hash = hashOf(keys, count);
    const known = this.#byHash.get(hash);
    if (known !== undefined && isSame(known.keys, keys, count)) return known.order;
    const order = this.#sort(keys, count);
    if (known === undefined && count <= MAX_KEYS && this.#byHash.size < MAX_SHAPES)
      this.#byHash.set(hash, { keys: keys.slice(0, count), order });
    return order;
  }

  #forget(): void {
    this.#byHash.clear();
    this.#generation = this.#keys.generation;
  }

  #sort(keys: Uint32Array, count: number): Uint32Array {
    const order = new Uint32Array(count);
    for (let i = 0; i < count; i++) order[i] = i;
    return this.#isSorted(keys, count) ? order : order.sort((a, b) => this.#compare(keys, a, b) || a - b);
  }

  #isSorted(keys: Uint32Array, count: number): boolean {
    for (let i = 1; i < count; i++) if (this.#compare(keys, i - 1, i) > 0) return false;
    return true;
  }

  #compare(keys: Uint32Array, a: number, b: number): number {
    const [left, right] = [keys[a] ?? 0, keys[b] ?? 0];
    return left === right ? 0 : this.#keys.compare(left, right);
  }
}

function hashOf(keys: Uint32Array, count: number): number {
  let hash = count;
  for (let i = 0; i < count; i++) hash = Math.imul(hash ^ (keys[i] ?? 0), 0x9e3779b1) ^ (hash >>> 15);
  return hash | 0;
}

function isSame(known: Uint32Array, keys: Uint32Array, count: number): boolean {
  if (known.length !== count) return false;
  for (let i = 0; i < count; i++) if (known[i] !== keys[i]) return false;
  return true;
}
