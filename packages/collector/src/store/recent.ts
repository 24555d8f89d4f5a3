/** An outcome worth remembering says so. */
export interface Remembered {
  readonly remember: boolean;
}

export type Turn<T> = { readonly outcome: T; readonly first: boolean };

/**
 * Runs the work of each token once at a time, and remembers those that ended well: a repeated request joins the one in
 * flight, or gets its answer again. Concurrent inserts with one deduplication token would all land (LESSONS.md), so
 * this is what keeps tokens apart. What was forgotten is still caught by the token in ClickHouse, and after that by
 * the spans' own keys.
 */
export class Recent<T extends Remembered> {
  readonly #limit: number;
  readonly #inFlight = new Map<string, Promise<T>>();
  readonly #done = new Map<string, T>();

  /** @param limit how many outcomes are remembered; the oldest is forgotten first */
  constructor(limit: number) {
    this.#limit = limit;
  }

  async once(token: string, work: () => Promise<T>): Promise<Turn<T>> {
    const known = this.#done.get(token);
    if (known) return { outcome: known, first: false };
    const running = this.#inFlight.get(token);
    if (running) return { outcome: await running, first: false };
    const started = work();
    this.#inFlight.set(token, started);
    try {
      const outcome = await started;
      if (outcome.remember) this.#keep(token, outcome);
      return { outcome, first: true };
    } finally {
      this.#inFlight.delete(token);
    }
  }

  #keep(token: string, outcome: T): void {
    this.#done.set(token, outcome);
    const oldest = this.#done.keys().next();
    if (this.#done.size > this.#limit && !oldest.done) this.#done.delete(oldest.value);
  }
}
