/** Thrown where a body turns out to cost more than its bounds allow, caught where its decoding begins. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
}

/**
 * Counts the messages (in JSON: objects and arrays) of one body. An empty one is two bytes on the wire and a hundred
 * in memory, so that a bound on bytes alone would let a small body take gigabytes.
 */
export class MessageMeter {
  readonly #limit: number;
  #count = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get count(): number {
    return this.#count;
  }

  add(messages = 1): void {
    this.#count += messages;
    if (this.#count > this.#limit) throw new BodyTooLarge(`more than ${this.#limit} messages in one body`);
  }

  /** Forgets what was counted since it stood at `count`: it will be read again. */
  rewind(count: number): void {
    this.#count = count;
  }
}
