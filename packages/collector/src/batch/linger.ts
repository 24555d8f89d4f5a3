const CALM_MS = 100;
/** No block waits longer, whatever else is going on. */
export const LONGEST_MS = 1000;

/** How long a block waits for more rows: a tenth of a second when calm, up to a second under load. */
export class Linger {
  readonly #blockRows: number;
  #rowsPerSecond = 0;

  constructor(blockRows: number) {
    this.#blockRows = blockRows;
  }

  /** A block was closed with so many rows, so long after its first. */
  closed(rows: number, ms: number): void {
    this.#rowsPerSecond = (this.#rowsPerSecond + (rows * 1000) / Math.max(ms, 50)) / 2;
  }

  get ms(): number {
    return Math.min(LONGEST_MS, CALM_MS + (LONGEST_MS - CALM_MS) * (this.#rowsPerSecond / this.#blockRows));
  }
}
