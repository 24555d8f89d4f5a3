import { setTimeout as sleep } from 'node:timers/promises';

/** Tells everybody who waits that something has changed. */
export class Progress {
  readonly #signal: AbortSignal;
  #next = Promise.withResolvers<void>();

  /** @param signal when it comes, nobody waits any more */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', () => this.made(), { once: true });
  }

  made(): void {
    this.#next.resolve();
    this.#next = Promise.withResolvers<void>();
  }

  /** Waits until a condition holds. False when `timeoutMs` are over first, or it will not hold any more. */
  async until(holds: () => boolean, timeoutMs: number): Promise<boolean> {
    const timer = new AbortController();
    let over = this.#signal.aborted;
    const end = sleep(timeoutMs, undefined, { signal: timer.signal, ref: false })
      .catch(() => undefined)
      .then(() => {
        over = true;
      });
    try {
      while (!holds()) {
        if (over || this.#signal.aborted) return false;
        await Promise.race([this.#next.promise, end]);
      }
      return true;
    } finally {
      timer.abort();
    }
  }
}
