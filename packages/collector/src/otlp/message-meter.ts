/** Thrown by a meter, caught where a body's decoding begins. */
export class TooManyMessages extends Error {
  override readonly name = 'TooManyMessages';
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
    if (this.#count > this.#limit) throw new TooManyMessages(`more than ${this.#limit} messages in one body`);
  }
}
