import type { Insert, InsertResult, LandingRow, QuarantineRow } from '../../src/index.ts';

/**
 * Storage without a server, for what is about HTTP and OTLP alone: keeps rows, honours tokens as ClickHouse does
 * (concurrent inserts of one token all land), and can be told to fail or to wait.
 */
export class MemoryStore {
  readonly rows: LandingRow[] = [];
  readonly quarantined: QuarantineRow[] = [];
  readonly inserts: string[] = [];
  /** Asked before each insert; returns a failure, or nothing. */
  fault: (rows: readonly LandingRow[]) => InsertResult | undefined = () => undefined;
  gate: Promise<void> = Promise.resolve();
  readonly #tokens = new Set<string>();

  readonly insert: Insert<LandingRow> = async (rows, token) => {
    this.inserts.push(token);
    const known = this.#tokens.has(token);
    await this.gate;
    const failure = this.fault(rows);
    if (failure) return failure;
    if (!known) this.rows.push(...rows);
    this.#tokens.add(token);
    return { kind: 'stored' };
  };

  readonly quarantine: Insert<QuarantineRow> = async (rows, token) => {
    if (!this.#tokens.has(token)) this.quarantined.push(...rows);
    this.#tokens.add(token);
    return { kind: 'stored' };
  };
}
