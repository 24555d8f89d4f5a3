/** A block has so many months for free: at the turn of a month everybody has two. */
const FREE = 2;
const MOST_CLIENTS = 1000;

/** How many months a block had before a body, and how many with it. */
export interface BlockMonthCounts {
  readonly before: number;
  readonly after: number;
}

interface Account {
  left: number;
  atMs: number;
}

/**
 * How many months a client may add to blocks, which others' rows are in as well. Each month that a block has is a part in six tables, some 50 ms of
 * the engine, so a few small bodies of spans from all over the years would make everybody's inserts slow. Who has
 * anything left may send whatever it wants, and owes the rest (a token bucket that may be overdrawn), so that a body is
 * never too scattered to be taken.
 */
export class MonthAllowance {
  readonly #perSecond: number;
  readonly #atOnce: number;
  readonly #now: () => number;
  readonly #accounts = new Map<string, Account>();

  /** @param now milliseconds, of a clock that only goes on */
  constructor(
    { monthsPerSecond, monthsAtOnce }: { readonly monthsPerSecond: number; readonly monthsAtOnce: number },
    now: () => number = () => performance.now(),
  ) {
    this.#perSecond = monthsPerSecond;
    this.#atOnce = monthsAtOnce;
    this.#now = now;
  }

  /** Whether a client may add these months to a block; counted only where it may. */
  take(client: string, { before, after }: BlockMonthCounts): boolean {
    const cost = after - Math.max(before, FREE);
    if (cost <= 0) return true;
    const account = this.#accountOf(client);
    if (account.left <= 0) return false;
    account.left -= cost;
    return true;
  }

  #accountOf(client: string): Account {
    const now = this.#now();
    const known = this.#accounts.get(client);
    if (known) {
      known.left = Math.min(this.#atOnce, known.left + ((now - known.atMs) / 1000) * this.#perSecond);
      known.atMs = now;
      return known;
    }
    if (this.#accounts.size >= MOST_CLIENTS) this.#forgetWholeOnes(now);
    const account = { left: this.#atOnce, atMs: now };
    this.#accounts.set(client, account);
    return account;
  }

  /** Forgets whoever owes nothing any more: that is how a new one begins. */
  #forgetWholeOnes(now: number): void {
    for (const [client, { left, atMs }] of this.#accounts)
      if (left + ((now - atMs) / 1000) * this.#perSecond >= this.#atOnce) this.#accounts.delete(client);
  }
}
