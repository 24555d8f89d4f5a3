interface Waiting {
  readonly since: number;
  readonly enter: () => void;
}

/**
 * Lets a few requests at a time unpack and decode, in the order in which they came, and holds them back while the rows
 * of those before wait for an insert: a sender that is answered later sends less. Nobody waits for that longer than
 * `maxWaitMs`; then the log takes what memory cannot.
 */
export class Turnstile {
  readonly #permits: number;
  readonly #maxWaitMs: number;
  readonly #isOpen: () => boolean;
  readonly #waiting: Waiting[] = [];
  #inside = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(permits: number, maxWaitMs: number, isOpen: () => boolean) {
    this.#permits = permits;
    this.#maxWaitMs = maxWaitMs;
    this.#isOpen = isOpen;
  }

  /** Runs work when it is its turn. */
  async pass<T>(work: () => Promise<T>): Promise<T> {
    await this.#enter();
    try {
      return await work();
    } finally {
      this.#inside--;
      this.wake();
    }
  }

  #enter(): Promise<void> | undefined {
    if (this.#waiting.length === 0 && this.#inside < this.#permits && this.#isOpen()) {
      this.#inside++;
      return undefined;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ since: performance.now(), enter: resolve });
    this.#timer ??= setInterval(() => this.wake(), 50).unref();
    return promise;
  }

  /** Looks whether somebody may enter: after something was stored, say. */
  wake(): void {
    for (let first = this.#waiting[0]; first && this.#inside < this.#permits; first = this.#waiting[0]) {
      if (!this.#isOpen() && performance.now() - first.since < this.#maxWaitMs) break;
      this.#waiting.shift();
      this.#inside++;
      first.enter();
    }
    if (this.#waiting.length > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
