const MOST_IN_A_ROW = 16;

/**
 * Whether what the server says about a body's values is to be believed: a schema that refuses everything must not
 * quarantine everything. It is where something else was stored before, and so many were not refused since.
 */
export class Refusable {
  #left = 0;
  #successes = 0;

  /** How often something was stored. */
  get successes(): number {
    return this.#successes;
  }

  stored(): void {
    this.#successes++;
    this.#left = MOST_IN_A_ROW;
  }

  take(bodies: number): boolean {
    if (bodies > this.#left) return false;
    this.#left -= bodies;
    return true;
  }
}
