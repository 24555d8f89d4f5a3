import { DATABASE } from '@tollgate/clickhouse';
import type { BenchStore } from '../../ingest/store.ts';
import { DEFAULT_TABLE } from './exporter-table.ts';
import { plannedOf } from './plan.ts';

/** What the views made of the spans, by which a generator that writes something else than it says is found out. */
const FOUND = `SELECT
  (SELECT count() FROM ${DATABASE}.spans FINAL) AS spans,
  (SELECT count() FROM ${DATABASE}.${DEFAULT_TABLE}) AS spans_of_default_table,
  (SELECT uniqExact(run_id) FROM ${DATABASE}.spans) AS runs,
  (SELECT count() FROM ${DATABASE}.run_registrations FINAL) AS registered_runs,
  (SELECT count() FROM ${DATABASE}.model_calls FINAL) AS model_calls,
  (SELECT countIf(local_cost IS NULL) FROM ${DATABASE}.priced_model_calls) AS unpriced_calls,
  (SELECT uniqExact(run_id, call_id) FROM ${DATABASE}.tool_calls) AS tool_calls,
  (SELECT count() FROM ${DATABASE}.quarantine) AS quarantined`;

export type Found = Readonly<Record<string, number>>;

/** Counts what is stored. @throws Error, naming each number that is not as planned */
export async function checkData(store: BenchStore, runs: number): Promise<Found> {
  const planned = plannedOf(runs);
  const [row] = await store.rows<Record<string, string>>(FOUND);
  const found = Object.fromEntries(Object.entries(row ?? {}).map(([name, value]) => [name, Number(value)]));
  const wanted = {
    spans: planned.spans,
    spans_of_default_table: planned.spans,
    runs,
    registered_runs: runs,
    model_calls: planned.modelCalls,
    unpriced_calls: 0,
    tool_calls: planned.modelCalls,
    quarantined: 0,
  };
  const wrong = Object.entries(wanted).filter(([name, number]) => found[name] !== number);
  if (wrong.length > 0)
    throw new Error(
      `stored is not what was planned: ${wrong.map(([name, number]) => `${name} ${found[name]} of ${number}`).join(', ')}`,
    );
  return found;
}
