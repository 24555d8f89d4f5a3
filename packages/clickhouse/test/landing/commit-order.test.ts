import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { ClickHouse } from '../../src/index.ts';
import { startTestClickHouse } from '../../src/testing.ts';
import { land, type Row, row, traceId } from '../support/landing.ts';

let store: ClickHouse;
beforeAll(async () => {
  store = await startTestClickHouse();
});
afterAll(() => store.close());

const TABLES = ['spans', 'span_content', 'evidence_records', 'tool_calls'];
const ROWS = 2000;

/** Spans of one run that reach every table which is asked about here, and one for each row of it. */
function run(): { readonly run_id: string; readonly rows: readonly Row[] } {
  const TraceId = traceId();
  const run_id = TraceId.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  const record = { kind: 'tool_called', call_id: 'c', tool: 'search', action: 'find', workflow: 'triage' };
  const rows = Array.from({ length: ROWS }, (_, seq) =>
    row({
      TraceId,
      SpanAttributes: { 'tollgate.record': JSON.stringify({ ...record, seq }), 'some.text': 'x'.repeat(50) },
    }),
  );
  return { run_id, rows };
}

/** Rows of a run in some tables, as they lie. */
async function countsOf(run_id: string, tables: readonly string[]): Promise<readonly number[]> {
  const counts = tables.map((table) => `(SELECT count() FROM ${table} WHERE run_id = {run_id:UUID})`);
  const answer = await store.clients.reader.query({
    query: `SELECT [${counts.join(', ')}] AS counts`,
    query_params: { run_id },
    format: 'JSONEachRow',
    clickhouse_settings: { final: 0 },
  });
  const [found] = z.array(z.object({ counts: z.array(z.coerce.number()) })).parse(await answer.json());
  return found?.counts ?? [];
}

test('whoever sees the summary of a run sees all that was stored of it with that', async () => {
  let seen = 0;
  for (let round = 0; seen < 5 && round < 60; round++) {
    const { run_id, rows } = run();
    let landed = false;
    const landing = land(store, [...rows]).finally(() => {
      landed = true;
    });
    try {
      while (!landed) {
        const [summaries] = await countsOf(run_id, ['run_summaries']);
        if (summaries === 0) continue;
        seen += 1;
        expect(await countsOf(run_id, TABLES)).toEqual(TABLES.map(() => ROWS));
      }
    } finally {
      await landing;
    }
    expect(await countsOf(run_id, ['run_summaries', ...TABLES])).toEqual([1, ...TABLES.map(() => ROWS)]);
  }
  // Otherwise the test has looked at nothing.
  expect(seen).toBeGreaterThanOrEqual(5);
});
