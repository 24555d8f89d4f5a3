import { randomUUID } from 'node:crypto';
import { type ClickHouse, DATABASE } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { land, type Row, row, START } from '../../../clickhouse/test/support/landing.ts';
import { type Conflict, readConflicts } from '../../src/evidence/conflicts.ts';
import { firstRows, withoutCopies } from '../../src/evidence/first-rows.ts';
import { recordsOfAgents } from '../../src/evidence/records.ts';
import { readFinishedRuns, readRunRow, readRunRows } from '../../src/runs/run-rows.ts';
import { liesTogether } from '../../src/runs/run-times.ts';
import { EVERY_RUN } from '../../src/runs/sight.ts';

let store: ClickHouse;
beforeAll(async () => {
  store = await startTestClickHouse();
  // Otherwise copies may be gone before they are read.
  for (const table of ['spans', 'evidence_records', 'run_summaries'])
    await store.clients.owner.command({ query: `SYSTEM STOP MERGES ${DATABASE}.${table}` });
});
afterAll(() => store.close());

const deps = () => ({ store: { reader: store.clients.reader, service: store.clients.service } });
const DAY = 86_400_000_000_000n;

/** A span on one of a hundred days, which comes once or twice, and perhaps once more with other words. */
const span = fc.record({
  day: fc.integer({ min: -50, max: 50 }),
  copies: fc.integer({ min: 1, max: 2 }),
  changed: fc.integer({ min: 0, max: 3 }).map((value) => value === 0),
  status: fc.constantFrom('', '', 'completed', 'failed'),
  record: fc.constantFrom('', '{"kind":"gate_decided","seq":1}', 'no record'),
  team: fc.constantFrom('', 'ops', 'sales'),
});
const run = fc.record({
  grows: fc.boolean(),
  registered: fc.boolean(),
  spans: fc.array(span, { minLength: 1, maxLength: 6 }),
});

/** As the service gives them, or of any other kind. */
const idOf = (grows: boolean): string => {
  const id = randomUUID();
  return grows ? `01a00000${id.slice(8, 14)}7${id.slice(15)}` : id;
};

function rowsOf(run_id: string, spans: readonly SpanSaid[]): Row[] {
  return spans.flatMap(({ day, copies, changed, status, record, team }) => {
    const one = row({
      Timestamp: String(START + BigInt(day) * DAY),
      SpanAttributes: {
        'tollgate.run.id': run_id,
        ...(status === '' ? {} : { 'tollgate.final_status': status }),
        ...(record === '' ? {} : { 'tollgate.record': record }),
        ...(team === '' ? {} : { 'tollgate.team': team }),
      },
    });
    return [
      ...Array.from({ length: copies }, () => one),
      ...(changed ? [{ ...one, SpanName: 'other' }] : []),
    ];
  });
}
const byRun = (a: { run_id: string }, b: { run_id: string }) => (a.run_id < b.run_id ? -1 : 1);

type SpanSaid = typeof span extends fc.Arbitrary<infer Said> ? Said : never;

test('of one run is read what the views say, by its id alone and within its times, whatever is not merged yet', {
  timeout: 120_000,
}, async () => {
  const runs = fc
    .sample(run, { numRuns: 60, seed: 11 })
    .map((each) => ({ ...each, run_id: idOf(each.grows) }));
  const rows = runs.flatMap(({ run_id, spans }) => rowsOf(run_id, spans));
  for (const third of [0, 1, 2])
    await land(
      store,
      rows.filter((_, index) => index % 3 === third),
    );
  await register(runs.filter(({ registered }) => registered).map(({ run_id }) => run_id));
  const inConflict = new Map(
    (
      await ofView<Conflict & { run: string }>(
        'SELECT toString(run_id) AS run, lower(hex(span_id)) AS span_id, versions FROM conflicting_spans',
      )
    ).map(({ run: of, span_id, versions }) => [`${of}:${span_id}`, Number(versions)]),
  );
  const seen = { conflicts: 0, records: 0 };
  for (const { run_id, grows } of runs) {
    expect(liesTogether(run_id)).toBe(grows);
    const [view] = await readRunRows(deps(), [run_id]);
    expect(await readRunRow(deps(), run_id, EVERY_RUN)).toEqual(view);
    const times = { first: view?.started ?? 0n, last: view?.last ?? 0n };
    const conflicts = await readConflicts(deps(), run_id, undefined);
    expect(await readConflicts(deps(), run_id, times)).toEqual(conflicts);
    for (const { span_id, versions } of conflicts)
      expect(inConflict.get(`${run_id}:${span_id}`)).toBe(versions);
    seen.conflicts += conflicts.length;
    const records = await recordsOfAgents(deps(), run_id, undefined);
    expect(await recordsOfAgents(deps(), run_id, times)).toEqual(records);
    expect(records.map(({ span_hash }) => span_hash).sort()).toEqual(
      (
        await ofView<{ hash: string }>(
          `SELECT toString(span_hash) AS hash FROM evidence_records WHERE run_id = '${run_id}' ORDER BY hash`,
        )
      ).map(({ hash }) => hash),
    );
    expect(records.map(({ time }) => time)).toEqual(records.map(({ time }) => time).sort());
    seen.records += records.length;
  }
  const ids = runs.map(({ run_id }) => run_id);
  const views = await readRunRows(deps(), ids);
  for (const since of [-60n, -10n, 0n, 10n, 30n].map((days) => START + days * DAY)) {
    const ended = views.filter((view) => view.governed && view.status !== 'unsealed' && view.last >= since);
    expect(ended.length).toBeGreaterThan(since > START ? 2 : 20);
    const found = (await readFinishedRuns(deps(), ids, since)).map(({ run_id, workflow, team, status }) => ({
      run_id,
      workflow,
      team,
      status,
    }));
    expect(found.toSorted(byRun)).toEqual(
      ended.map(({ run_id, workflow, team, status }) => ({ run_id, workflow, team, status })).toSorted(byRun),
    );
  }
  expect(seen.conflicts).toBe(inConflict.size);
  expect(seen.conflicts).toBeGreaterThan(20);
  expect(seen.records).toBeGreaterThan(80);
  expect(await readRunRow(deps(), randomUUID(), EVERY_RUN)).toBeUndefined();
});

test('of a run with more spans than are read one by one, the engine says which are in conflict', async () => {
  const run_id = randomUUID();
  const spans = Array.from({ length: 2_100 }, () => row({ SpanAttributes: { 'tollgate.run.id': run_id } }));
  await land(store, spans);
  await land(
    store,
    spans.slice(7, 9).map((each) => ({ ...each, SpanName: 'other' })),
  );
  expect(await readConflicts(deps(), run_id, undefined)).toEqual(
    spans
      .slice(7, 9)
      .map(({ SpanId }) => ({ span_id: SpanId, versions: 2 }))
      .sort((a, b) => (a.span_id < b.span_id ? -1 : 1)),
  );
});

test('of more rows than are asked for, the first come, and no copies among them', async () => {
  const run_id = randomUUID();
  const spans = Array.from({ length: 8 }, () => row({ SpanAttributes: { 'tollgate.run.id': run_id } }));
  await land(store, spans);
  await land(store, spans);
  const read = async (limit: number) =>
    (
      await firstRows(deps(), z.object({ name: z.string() }), {
        rows: 'SELECT lower(hex(span_id)) AS name FROM spans WHERE run_id = {run_id:UUID}',
        ...{ params: { run_id }, key: 'trace_id, span_id', order: 'span_id DESC', limit },
      })
    ).map(({ name }) => name);
  const wanted = spans
    .map(({ SpanId }) => SpanId)
    .sort()
    .reverse();
  expect(await read(3)).toEqual(wanted.slice(0, 4));
  const all = await read(16);
  expect(all).toHaveLength(16);
  expect(withoutCopies(all, (name) => [name]).sort()).toEqual(wanted.toReversed());
});

const register = (runs: readonly string[]) =>
  store.clients.service.insert({
    table: 'run_registrations',
    values: runs.map((run_id) => ({
      ...{ run_id, workflow: 'registered', policy_version: 'p', owner: 'owner@x', team: 't', principal: 'k' },
      ...{ initiator: 'i@x', initiator_verified: true, registered_at: '2026-01-15 11:59:00' },
    })),
    format: 'JSONEachRow',
  });

async function ofView<Answer>(query: string): Promise<Answer[]> {
  const answer = await store.clients.reader.query({ query, format: 'JSONEachRow' });
  return answer.json<Answer>();
}
