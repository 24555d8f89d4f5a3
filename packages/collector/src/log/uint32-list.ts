/** Numbers below 2³², four bytes each. */
export class Uint32List {
  #values = new Uint32Array(64);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Uint32Array(this.#length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  at(index: number): number | undefined {
    return index >= 0 && index < this.#length ? this.#values[index] : undefined;
  }

  truncate(length: number): void {
    this.#length = Math.min(this.#length, Math.max(0, length));
  }
}
