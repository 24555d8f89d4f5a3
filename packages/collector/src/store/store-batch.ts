import type { Batch } from '../rows/batch.ts';
import type { LandingRow } from '../rows/landing-row.ts';
import { boundedJson, type QuarantineRow } from '../rows/quarantine-row.ts';
import { rowJson } from '../rows/row-json.ts';
import type { Insert, InsertResult } from './insert-result.ts';

export interface Store {
  readonly insert: Insert<LandingRow>;
  /** Takes what no landing row can stand for. */
  readonly quarantine: Insert<QuarantineRow>;
  readonly maxRawBytes: number;
}

type Unavailable = Extract<InsertResult, { kind: 'unavailable' }>;
type Rejected = Extract<InsertResult, { kind: 'rejected' }>;

/** `refused`: rows that ClickHouse itself would not take, now in the quarantine as well. */
export type StoreResult =
  | { readonly kind: 'stored'; readonly refused: readonly QuarantineRow[] }
  | Unavailable;

/** Stores a batch. Safe to repeat with the same token: what the first attempt stored is not stored again. */
export async function storeBatch(
  batch: Batch,
  principal: string,
  token: string,
  store: Store,
): Promise<StoreResult> {
  const isolated = await insertIsolating(batch.rows, principal, token, {
    store,
    refusable: MAX_REFUSED_ROWS,
  });
  if (isolated.kind === 'unavailable') return isolated;
  const quarantine = [...batch.quarantine, ...isolated.refused];
  if (quarantine.length === 0) return isolated;
  const result = await store.quarantine(quarantine, `${token}:quarantine`);
  if (result.kind === 'stored') return isolated;
  // Nothing is acknowledged that is in neither place.
  return { kind: 'unavailable', code: result.code, message: `quarantine: ${result.message}` };
}

/** Beyond this many, the fault is not the rows': a schema that refuses everything must not quarantine everything. */
const MAX_REFUSED_ROWS = 16;

interface Isolation {
  readonly store: Store;
  refusable: number;
}

/**
 * Inserts rows; where ClickHouse refuses them for what they are, halves them until the bad ones stand alone. Each part
 * has a token of its own that only depends on the batch, so a repeated request takes the same path.
 */
async function insertIsolating(
  rows: readonly LandingRow[],
  principal: string,
  token: string,
  isolation: Isolation,
): Promise<StoreResult> {
  const { store } = isolation;
  if (rows.length === 0) return { kind: 'stored', refused: [] };
  const result = await store.insert(rows, token);
  if (result.kind === 'unavailable') return result;
  if (result.kind === 'stored') return { kind: 'stored', refused: [] };
  const [only] = rows;
  if (only && rows.length === 1) {
    if (isolation.refusable-- === 0) return { ...result, kind: 'unavailable' };
    return { kind: 'stored', refused: [unstorable(only, principal, result, store.maxRawBytes)] };
  }
  const middle = rows.length >> 1;
  const left = await insertIsolating(rows.slice(0, middle), principal, `${token}.0`, isolation);
  if (left.kind === 'unavailable') return left;
  const right = await insertIsolating(rows.slice(middle), principal, `${token}.1`, isolation);
  if (right.kind === 'unavailable') return right;
  return { kind: 'stored', refused: [...left.refused, ...right.refused] };
}

const unstorable = (
  row: LandingRow,
  principal: string,
  result: Rejected,
  maxRawBytes: number,
): QuarantineRow => ({
  reason: 'unstorable',
  message: `ClickHouse error ${result.code}`,
  principal,
  traceId: row.traceId,
  spanId: row.spanId,
  raw: boundedJson(rowJson(row), maxRawBytes),
});
