/** What all requests together may hold at once, in bytes. Nothing waits here: over the bound is an answer, 429. */
export class ByteBudget {
  readonly #limit: number;
  #used = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get used(): number {
    return this.#used;
  }

  /** A share of the budget for one request, given back as a whole. */
  open(): BudgetShare {
    let held = 0;
    return {
      take: (bytes) => {
        if (this.#used + bytes > this.#limit) return false;
        this.#used += bytes;
        held += bytes;
        return true;
      },
      release: () => {
        this.#used -= held;
        held = 0;
      },
    };
  }
}

export interface BudgetShare {
  /** False when the budget is full; then nothing was taken. */
  take(bytes: number): boolean;
  release(): void;
}
