import type { QuarantineRow } from '../rows/quarantine-row.ts';
import type { Insert, InsertResult, LandingRows } from './insert-result.ts';

/** Where rows go, and what no landing row can stand for. */
export interface Store {
  readonly insert: Insert<LandingRows>;
  readonly quarantine: Insert<readonly QuarantineRow[]>;
}

/** Stores both, one after the other. Safe to repeat with the same token: what the first attempt stored is not stored again. */
export async function insertBatch(
  rows: LandingRows,
  quarantine: readonly QuarantineRow[],
  token: string,
  store: Store,
): Promise<InsertResult> {
  if (rows.rows > 0) {
    const result = await store.insert(rows, token);
    if (result.kind !== 'stored') return result;
  }
  return quarantine.length === 0 ? { kind: 'stored' } : insertQuarantine(quarantine, token, store);
}

/** The quarantine takes whatever is valid text: that it refuses rows is never the rows' fault. */
export async function insertQuarantine(
  rows: readonly QuarantineRow[],
  token: string,
  store: Store,
): Promise<InsertResult> {
  const result = await store.quarantine(rows, `${token}:quarantine`);
  if (result.kind === 'stored') return result;
  return { kind: 'unavailable', code: result.code, message: `quarantine: ${result.message}` };
}
