import type { BenchStore } from '../../ingest/store.ts';

/** What ClickHouse reads for one question, on average. */
export interface RowsRead {
  readonly rows: number;
  readonly bytes: number;
}

const COUNTERS = `SELECT event, value FROM system.events WHERE event IN ('SelectedRows', 'SelectedBytes')`;

/** Rows and bytes that the engine selects while some questions are asked one after another, of each; nothing else may read meanwhile. */
export async function rowsRead(
  store: BenchStore,
  questions: readonly (() => Promise<unknown>)[],
): Promise<RowsRead> {
  const before = await counters(store);
  for (const ask of questions) await ask();
  const after = await counters(store);
  const each = (name: string) =>
    Math.round(((after.get(name) ?? 0) - (before.get(name) ?? 0)) / Math.max(1, questions.length));
  return { rows: each('SelectedRows'), bytes: each('SelectedBytes') };
}

async function counters(store: BenchStore): Promise<ReadonlyMap<string, number>> {
  const rows = await store.rows<{ event: string; value: string }>(COUNTERS);
  return new Map(rows.map(({ event, value }) => [event, Number(value)]));
}
