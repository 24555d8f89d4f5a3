/** Anything that only grows at its end, so that what a refused span or body has written is taken back by length. */
export interface Storage {
  /** In units of its own: bytes, words, or entries. */
  readonly length: number;
  /** What it takes of the block's memory now, and what it has allocated. */
  readonly usedBytes: number;
  readonly allocatedBytes: number;
  truncate(length: number): void;
  /** Empties it; `release` also gives its memory back. */
  clear(release: boolean): void;
}

/** The lengths of some storages at one moment. */
export class Marks {
  readonly #storages: readonly Storage[];
  readonly #lengths: Float64Array;

  constructor(storages: readonly Storage[]) {
    this.#storages = storages;
    this.#lengths = new Float64Array(storages.length);
  }

  set(): void {
    const storages = this.#storages;
    for (let i = 0; i < storages.length; i++) this.#lengths[i] = storages[i]?.length ?? 0;
  }

  /** Takes back whatever was written since `set`. */
  restore(): void {
    for (const [i, storage] of this.#storages.entries()) storage.truncate(this.#lengths[i] ?? 0);
  }
}
