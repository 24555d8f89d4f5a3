import type { BenchStore } from '../../ingest/store.ts';

/** What ClickHouse reads for one question, on average. */
export interface RowsRead {
  readonly rows: number;
  readonly bytes: number;
}

const COUNTERS = `SELECT event, value FROM system.events WHERE event IN ('SelectedRows', 'SelectedBytes')`;

/**
 * Rows and bytes that the engine selects while some questions are asked one after another, of each; nothing else may read meanwhile.
 * @param questions each says whether it was asked
 */
export async function rowsRead(
  store: BenchStore,
  questions: readonly (() => Promise<boolean>)[],
): Promise<RowsRead> {
  const before = await counters(store);
  let asked = 0;
  for (const ask of questions) if (await ask()) asked += 1;
  const after = await counters(store);
  const each = (name: string) =>
    Math.round(((after.get(name) ?? 0) - (before.get(name) ?? 0)) / Math.max(1, asked));
  return { rows: each('SelectedRows'), bytes: each('SelectedBytes') };
}

async function counters(store: BenchStore): Promise<ReadonlyMap<string, number>> {
  const rows = await store.rows<{ event: string; value: string }>(COUNTERS);
  return new Map(rows.map(({ event, value }) => [event, Number(value)]));
}
