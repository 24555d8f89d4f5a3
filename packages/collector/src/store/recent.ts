/** Whether an outcome is final, so that the same body gets it again. */
interface Outcome {
  readonly kind: string;
}

export type Turn<T> = { readonly outcome: T; readonly first: boolean };

/**
 * Runs the work of each token once at a time, and remembers what was kept: a repeated body joins the one in flight, or
 * gets its answer again. What was forgotten is still caught by the spans' own keys.
 */
export class Recent<T extends Outcome> {
  readonly #limit: number;
  readonly #inFlight = new Map<string, Promise<T>>();
  readonly #kept = new Map<string, T>();

  /** @param limit how many outcomes are remembered; the oldest is forgotten first */
  constructor(limit: number) {
    this.#limit = limit;
  }

  async once(token: string, work: () => Promise<T>): Promise<Turn<T>> {
    const known = this.#kept.get(token);
    if (known) return { outcome: known, first: false };
    const running = this.#inFlight.get(token);
    if (running) return { outcome: await running, first: false };
    const started = work();
    this.#inFlight.set(token, started);
    try {
      const outcome = await started;
      if (outcome.kind === 'kept') this.remember(token, outcome);
      return { outcome, first: true };
    } finally {
      this.#inFlight.delete(token);
    }
  }

  /** What a body was answered, before this process began perhaps. */
  remember(token: string, outcome: T): void {
    this.#kept.set(token, outcome);
    const oldest = this.#kept.keys().next();
    if (this.#kept.size > this.#limit && !oldest.done) this.#kept.delete(oldest.value);
  }
}
