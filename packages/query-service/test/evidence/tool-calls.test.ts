import { randomUUID } from 'node:crypto';
import { type ClickHouse, DATABASE } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { land, row, START } from '../../../clickhouse/test/support/landing.ts';
import { recordsOfAgents } from '../../src/evidence/records.ts';
import { toolCallsOf } from '../../src/evidence/tool-calls.ts';

let store: ClickHouse;
beforeAll(async () => {
  store = await startTestClickHouse();
});
afterAll(() => store.close());

const FIELDS = [
  ...['call_id', 'tool', 'action', 'verdict', 'reason', 'enforcement'],
  ...['outcome', 'approval_id', 'rollback_note'],
] as const;

/** What a record may say of a field; an agent writes what it likes. */
const said = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>('', 5, 1.5, true, ['a'], { b: 1 }, null) },
);
const record = fc
  .record({
    kind: fc.constantFrom('gate_decided', 'tool_finished', 'tool_called'),
    action_class: fc.constantFrom<unknown>(1, 2, 3, 0, 4, null, 'x'),
    fields: fc.dictionary(fc.constantFrom(...FIELDS), said),
  })
  .map(({ kind, action_class, fields }) =>
    JSON.stringify({ kind, action_class, call_id: randomUUID(), tool: 't', ...fields }),
  );

test('the calls of a run are what the table of tool calls says, whatever its records say', {
  timeout: 60_000,
}, async () => {
  const run = randomUUID();
  const records = fc.sample(record, { numRuns: 400, seed: 5 });
  const spans = records.map((text, index) =>
    row({
      Timestamp: String(START + BigInt(index) * 1_000_000n),
      SpanAttributes: { 'tollgate.run.id': run, 'tollgate.record': text },
    }),
  );
  await land(store, spans);
  // Copies that nothing has merged yet are no records of their own.
  await land(store, spans.slice(0, 150));
  const deps = { store: { reader: store.clients.reader, service: store.clients.service } };
  const times = { first: START, last: START + 1_000_000_000n };
  const stored = await recordsOfAgents(deps, run, times);
  expect(stored).toHaveLength(400);
  const answer = await store.clients.reader.query({
    query: `SELECT ${FIELDS.join(', ')}, action_class FROM ${DATABASE}.tool_calls WHERE run_id = {run:UUID} AND tool != '' ORDER BY start`,
    query_params: { run },
    format: 'JSONEachRow',
  });
  const table = await answer.json<Record<string, unknown>>();
  // One call each, so that nothing is merged; a call that was executed and has no outcome is shown as unknown.
  const byStart = stored.toSorted((a, b) => Number(a.start - b.start));
  const singles = byStart.flatMap((each) => toolCallsOf([each]));
  const shown = singles.map(({ principal: _, start: __, ...call }) => call);
  expect(shown).toEqual(
    table.map((each) =>
      each['enforcement'] === 'executed' && each['outcome'] === '' ? { ...each, outcome: 'unknown' } : each,
    ),
  );
  expect(shown.length).toBeGreaterThan(300);
});
