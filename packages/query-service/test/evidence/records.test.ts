import { randomUUID } from 'node:crypto';
import { type ClickHouse, DATABASE } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordsOfService } from '../../src/evidence/records.ts';

let store: ClickHouse;
beforeAll(async () => {
  store = await startTestClickHouse();
});
afterAll(() => store.close());

test('a record of the service that was sent twice is one, and one of the same number with other words is another', async () => {
  // Otherwise copies may be gone before they are read.
  await store.clients.owner.command({ query: `SYSTEM STOP MERGES ${DATABASE}.service_records` });
  const run_id = randomUUID();
  const writer = randomUUID();
  const row = (seq: number, hash: string) => ({
    ...{ run_id, writer, seq, kind: 'approval_decided', time: `2026-01-15 12:00:0${seq}` },
    ...{ workflow: 'w', policy_version: 'p', owner: 'o', team: 't' },
    ...{ record: `{"hash":"${hash}"}`, record_hash: hash.repeat(64) },
  });
  const send = (...values: ReturnType<typeof row>[]) =>
    store.clients.service.insert({ table: 'service_records', values, format: 'JSONEachRow' });
  await send(row(1, 'a'));
  await send(row(1, 'a'), row(2, 'b'));
  await send(row(2, 'c'), row(1, 'a'));
  const stored = await store.clients.reader.query({
    query: `SELECT count() AS rows FROM ${DATABASE}.service_records WHERE run_id = {run_id:UUID} SETTINGS final = 0`,
    query_params: { run_id },
    format: 'JSONEachRow',
  });
  expect(await stored.json()).toEqual([{ rows: '5' }]);
  const deps = { store: { reader: store.clients.reader, service: store.clients.service } };
  const read = await recordsOfService(deps, run_id);
  expect(read.map(({ seq, text }) => [seq, text])).toEqual([
    [1, '{"hash":"a"}'],
    [2, '{"hash":"b"}'],
    [2, '{"hash":"c"}'],
  ]);
});
