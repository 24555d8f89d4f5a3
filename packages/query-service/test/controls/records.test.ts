import { randomUUID } from 'node:crypto';
import type { ClickHouse } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { land, row } from '../../../clickhouse/test/support/landing.ts';
import { parsed } from '../../src/controls/parsed.ts';
import { isDispatched, RECORDS, recordRow } from '../../src/controls/records.ts';
import { PageReads } from '../../src/flags/page-reads.ts';

let store: ClickHouse;
beforeAll(async () => {
  store = await startTestClickHouse();
});
afterAll(() => store.close());

/** What a canonical record may hold: no integers that parsers read differently. */
const anything = fc
  .jsonValue()
  .map((value): unknown =>
    JSON.parse(JSON.stringify(value), (_, inner: unknown) =>
      Number.isInteger(inner) && !Number.isSafeInteger(inner) ? 0 : inner,
    ),
  );

/** As an agent writes it, or something else in its place: what one field is must not hide the others. */
const field = <T>(value: fc.Arbitrary<T>) =>
  fc.option(fc.oneof({ arbitrary: value, weight: 4 }, { arbitrary: anything, weight: 1 }), {
    nil: undefined,
    freq: 5,
  });
const word = fc.oneof(fc.constantFrom('deploy', 'executed', 'blocked', '', 'é"\\', '\n'), fc.string());

const record = fc.record({
  kind: fc.constantFrom('gate_decided', 'tool_finished', 'source_cited', 'run_sealed'),
  call_id: field(word),
  tool: field(word),
  action: field(word),
  action_class: field(fc.integer({ min: 0, max: 400 })),
  enforcement: field(word),
  outcome: field(word),
  final_status: field(word),
  approval_id: field(word),
  cost: field(fc.record({ usd: word })),
  digests: field(fc.dictionary(fc.constantFrom('input', 'output', 'result'), word)),
  detail: field(
    fc.record({
      reads: field(fc.array(word)),
      origin: field(fc.constantFrom('source', 'tool')),
      system: field(word),
      to: field(word),
    }),
  ),
});

const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
const object = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};

/** What is to be read of it; of a field that is of another kind than it should be, nothing is said. */
function expected(said: Readonly<Record<string, unknown>>) {
  const detail = object(said['detail']);
  const reads = detail['reads'] ?? [];
  // The engine reads an array in place of an object by position.
  const isObject = !Array.isArray(said['detail']);
  const words = isObject && Array.isArray(reads) && reads.every((each) => typeof each === 'string');
  const cites = said['kind'] === 'source_cited' && detail['origin'] === 'source';
  const system = detail['system'] ?? '';
  const fields = ['call_id', 'tool', 'action', 'enforcement', 'outcome', 'final_status', 'approval_id'];
  return {
    kind: said['kind'],
    ...Object.fromEntries(
      fields.flatMap((name) => {
        const value = text(said[name] ?? '');
        return value === undefined ? [] : [[name, value]];
      }),
    ),
    ...(typeof (said['action_class'] ?? 0) === 'number' &&
    Number.isInteger(said['action_class'] ?? 0) &&
    Number(said['action_class'] ?? 0) >= 0
      ? { action_class: said['action_class'] ?? 0 }
      : {}),
    ...(!isObject || text(detail['to'] ?? '') === undefined ? {} : { handed_to: detail['to'] ?? '' }),
    ...(words && (!cites || typeof system === 'string')
      ? { reads: [...reads, ...(cites ? [system] : [])].filter((source) => source !== '') }
      : {}),
    digests: Object.keys(object(said['digests'])),
    has_cost: said['cost'] !== undefined,
    has_outcome: said['outcome'] !== undefined,
  };
}

test('of each record is read what it says, and what is of another kind hides nothing else', {
  timeout: 60_000,
}, async () => {
  const run_id = randomUUID();
  const records = fc.sample(record, { numRuns: 400, seed: 5 });
  await land(
    store,
    records.map((said, seq) =>
      row({
        SpanAttributes: {
          'tollgate.run.id': run_id,
          'tollgate.record': JSON.stringify({ ...said, seq }),
        },
      }),
    ),
  );
  const deps = { store: { reader: store.clients.reader, service: store.clients.service } };
  const rows = parsed(recordRow, await new PageReads(deps, { runs: [run_id] }).rows(RECORDS));
  expect(rows).toHaveLength(records.length);
  for (const read of rows) expect(read).toMatchObject(expected(records[read.seq] ?? {}));
  expect(rows.filter(isDispatched).length).toBeGreaterThan(50);
});
