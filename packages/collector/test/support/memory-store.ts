import type { Insert, InsertResult, LandingRow, LandingRows, QuarantineRow } from '../../src/index.ts';
import { landingRows } from '../../src/testing.ts';

/**
 * Storage without a server: keeps rows, honours tokens as ClickHouse does (concurrent inserts of one token all land, and
 * other rows under a known one are dropped), and can be told to fail or to wait.
 */
export class MemoryStore {
  readonly rows: LandingRow[] = [];
  readonly quarantined: QuarantineRow[] = [];
  readonly inserts: string[] = [];
  /** Asked before each insert; returns a failure, or nothing. */
  fault: (rows: readonly LandingRow[], token: string) => InsertResult | undefined = () => undefined;
  gate: Promise<void> = Promise.resolve();
  readonly #tokens = new Set<string>();

  readonly insert: Insert<LandingRows> = async (block, token) => {
    this.inserts.push(token);
    const known = this.#tokens.has(token);
    await this.gate;
    // As a slow server reads them: they have to lie there until it has answered.
    const rows = landingRows(block);
    const failure = this.fault(rows, token);
    if (failure) return failure;
    if (!known) this.rows.push(...rows);
    this.#tokens.add(token);
    return { kind: 'stored' };
  };

  readonly quarantine: Insert<readonly QuarantineRow[]> = async (rows, token) => {
    if (!this.#tokens.has(token)) this.quarantined.push(...rows);
    this.#tokens.add(token);
    return { kind: 'stored' };
  };
}
