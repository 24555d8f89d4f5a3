/** `full`: nothing is left. `share`: something is, but this client already holds as much as is still free. */
export type Taken = 'taken' | 'full' | 'share';

/**
 * A bound that clients share. A client may hold as much as is still free, and no more: one that floods fills half, the
 * next one half of the rest, and so a newcomer always finds room (dynamic thresholds, Choudhury and Hahne 1998, α = 1).
 * Nothing waits here: over the bound is an answer, 429.
 */
export class FairBudget {
  readonly #limit: number;
  readonly #held = new Map<string, number>();
  #used = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get used(): number {
    return this.#used;
  }

  /** A client that holds nothing may take anything that is free, however large. */
  take(client: string, amount: number): Taken {
    const held = this.#held.get(client) ?? 0;
    const free = this.#limit - this.#used;
    if (amount > free) return 'full';
    if (held > 0 && held + amount > free - amount) return 'share';
    this.force(client, amount);
    return 'taken';
  }

  /** Counts what is there anyway, such as what a log already held. */
  force(client: string, amount: number): void {
    this.#used += amount;
    this.#held.set(client, (this.#held.get(client) ?? 0) + amount);
  }

  give(client: string, amount: number): void {
    this.#used -= amount;
    const left = (this.#held.get(client) ?? 0) - amount;
    if (left > 0) this.#held.set(client, left);
    else this.#held.delete(client);
  }

  /** A share for one request, given back as a whole. */
  open(client: string): BudgetShare {
    let held = 0;
    return {
      take: (bytes) => {
        const taken = this.take(client, bytes);
        if (taken === 'taken') held += bytes;
        return taken;
      },
      release: () => {
        this.give(client, held);
        held = 0;
      },
    };
  }
}

export interface BudgetShare {
  /** Nothing was taken unless it says so. */
  take(bytes: number): Taken;
  release(): void;
}
