import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LandingBlock } from '../../src/block/landing-block.ts';
import { rowDefect } from '../../src/rows/row-defect.ts';
import { clickhouseStorage } from '../../src/store/clickhouse-storage.ts';
import { landingRows } from '../../src/testing.ts';
import { type RunningStore, startWithClickHouse } from '../support/clickhouse.ts';
import { KEYS, metric, post } from '../support/running.ts';
import { SOURCE } from '../support/source.ts';
import * as wire from '../support/wire.ts';

let running: RunningStore;
let url: string;
beforeAll(async () => {
  running = await startWithClickHouse({ acknowledge: 'stored' });
  url = running.listening.url;
});
afterAll(() => running.stop());

/** A span with ids of its own. */
const span = (name: string, ...more: Buffer[]) =>
  wire.span(name, wire.len(1, randomBytes(16)), wire.len(2, randomBytes(8)), ...more);

const counted = async (table: string, where: string, params: Record<string, unknown>) => {
  const [row] = await running.rows<{ n: string }>(`SELECT count() AS n FROM ${table} WHERE ${where}`, params);
  return Number(row?.n);
};
const spansNamed = (name: string) => counted('spans', 'name = {name:String}', { name });

test('spans of a stock sender are stored under the principal of their key', async () => {
  const body = wire.request([span('plain', wire.attribute(9, 'gen_ai.operation.name', wire.text('chat')))]);
  expect((await post(url, body)).status).toBe(200);
  const rows = await running.rows("SELECT name, kind, principal, duration FROM spans WHERE name = 'plain'");
  expect(rows).toEqual([{ name: 'plain', kind: 'Client', principal: 'platform', duration: '5' }]);
});

test('a body sent again, also to another collector and under load, counts once', async () => {
  const body = wire.request(Array.from({ length: 200 }, () => span('again')));
  const answers = await Promise.all(Array.from({ length: 6 }, () => post(url, body)));
  expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(200));
  const other = await startAnother();
  expect((await post(other.url, body)).status).toBe(200);
  await other.close();
  expect(await spansNamed('again')).toBe(200);
});

/** Rows as they lie in the table, before equal ones are merged: what the token alone kept out. */
const raw = async (name: string) => {
  const [row] = await running.rows<{ n: string }>(
    'SELECT count() AS n FROM spans WHERE name = {name:String} SETTINGS final = 0',
    { name },
  );
  return Number(row?.n);
};

const rowsOf = (body: Buffer) => {
  const block = new LandingBlock();
  expect(block.append(body, SOURCE).kind).toBe('appended');
  return block.native();
};

test('a token lets its rows in once, one insert after the other and all at the same time', async () => {
  const { insert } = clickhouseStorage(running.clickhouse.clients.landing);
  const rows = rowsOf(wire.request(Array.from({ length: 300 }, () => span('token'))));
  for (let i = 0; i < 3; i++) expect(await insert(rows, 'one token')).toEqual({ kind: 'stored' });
  expect(await raw('token')).toBe(300);
  const racing = rowsOf(wire.request(Array.from({ length: 300 }, () => span('race'))));
  const results = await Promise.all(Array.from({ length: 8 }, () => insert(racing, 'raced token')));
  expect(results.filter(({ kind }) => kind === 'stored').length).toBeGreaterThan(0);
  for (const result of results)
    if (result.kind !== 'stored') expect(result).toMatchObject({ kind: 'unavailable', code: 216 });
  expect(await raw('race')).toBe(300);
});

test('every table that a landing view fills is synced before an insert is answered', async () => {
  const result = await running.clickhouse.clients.owner.query({
    query: `SELECT name, engine_full, create_table_query FROM system.tables WHERE database = 'tollgate'`,
    format: 'JSONEachRow',
  });
  const all = await result.json<{ name: string; engine_full: string; create_table_query: string }>();
  const targets = new Set(
    all.map(
      ({ create_table_query: ddl }) => /^CREATE MATERIALIZED VIEW .*? TO tollgate\.(\w+)/s.exec(ddl)?.[1],
    ),
  );
  const filled = all.filter(
    ({ name, engine_full: engine }) => targets.has(name) && engine.includes('MergeTree'),
  );
  expect(filled.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['spans', 'model_calls', 'quarantine']),
  );
  for (const { name, engine_full: engine } of filled) {
    expect(engine, name).toContain('fsync_after_insert = 1');
    expect(engine, name).toContain('fsync_part_directory = 1');
  }
});

/** A second collector over the same ClickHouse, which remembers nothing of the first. */
async function startAnother() {
  const { createCollector } = await import('../../src/index.ts');
  const { verifyKey } = await import('../support/running.ts');
  const collector = createCollector({ ...clickhouseStorage(running.clickhouse.clients.landing), verifyKey });
  const { url: address } = await collector.listen(0);
  return { url: address, close: () => collector.close() };
}

test('a batch over two hundred months, half of them impossible, harms nobody', async () => {
  const spans = Array.from({ length: 220 }, (_, i) => {
    const time = BigInt(Date.UTC(2015, i - 100, 15)) * 1_000_000n;
    return span('months', wire.fixed64(7, time), wire.fixed64(8, time));
  });
  const answer = await post(url, wire.request([...spans, span('beside')]));
  expect(answer.status).toBe(200);
  expect(answer.text).toContain('100 of 221 spans were quarantined: time_too_early (100)');
  expect(await spansNamed('beside')).toBe(1);
  expect(await spansNamed('months')).toBe(120);
  expect(await counted('quarantine', "span_name = 'months'", {})).toBe(100);
});

test('spans that the views refuse and spans without a row are all in the quarantine', async () => {
  const bad = [
    wire.span('quarantined', wire.len(1, Buffer.alloc(16)), wire.len(2, randomBytes(8))),
    span('quarantined', wire.attribute(9, 'k', wire.text(Buffer.from([0xff])))),
    span('quarantined', wire.attribute(9, 'tollgate.workflow', wire.text('deploy'))),
  ];
  const answer = await post(url, wire.request([...bad, span('kept')]), {
    authorization: `Bearer ${KEYS.triage}`,
  });
  expect(answer.text).toContain('3 of 4 spans were quarantined');
  const rows = await running.rows<{ reason: string; raw: string }>(
    "SELECT reason, raw FROM quarantine WHERE principal = 'support-bot' ORDER BY reason",
  );
  expect(rows.map(({ reason }) => reason)).toEqual(['bad_trace_id', 'invalid_utf8', 'workflow_not_allowed']);
  for (const { raw } of rows) expect(JSON.parse(raw)).toBeTypeOf('object');
  expect(await spansNamed('kept')).toBe(1);
});

test('one span with 100,000 attributes is stored whole', async () => {
  const many = Buffer.concat(
    Array.from({ length: 100_000 }, (_, i) => wire.attribute(9, `k${i}`, wire.text('v'))),
  );
  expect((await post(url, wire.request([span('many', many)]))).status).toBe(200);
  const rows = await running.rows<{ n: string }>(
    "SELECT length(content) AS n FROM span_content WHERE (trace_id, span_id) IN (SELECT trace_id, span_id FROM spans WHERE name = 'many')",
  );
  expect(rows).toEqual([{ n: '100000' }]);
});

test('hostile text reaches the tables as text', async () => {
  const text = '\'); DROP TABLE tollgate.spans; --\n\n\u0000\u2028"\\`{a:String}';
  const body = wire.request(
    [span(text, wire.attribute(9, text, wire.text(text)))],
    [wire.attribute(1, text, wire.text(text))],
  );
  expect((await post(url, body)).status).toBe(200);
  expect(await spansNamed(text)).toBe(1);
  const content = await running.rows<{ content: Record<string, string> }>(
    'SELECT content FROM span_content WHERE (trace_id, span_id) IN (SELECT trace_id, span_id FROM spans WHERE name = {name:String})',
    { name: text },
  );
  expect(content).toEqual([{ content: { [text]: text } }]);
});

const bytes = (...lengths: number[]) =>
  fc.oneof(
    ...lengths.map((length) => fc.uint8Array({ minLength: length, maxLength: length })),
    fc.constant(new Uint8Array(lengths[0] ?? 0)),
  );
const time = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.bigInt({ min: 0n, max: 10n ** 18n }).map((offset) => wire.NOW - offset),
  fc.constantFrom(
    0n,
    BigInt(Date.UTC(2015, 0, 1)) * 1_000_000n,
    BigInt(Date.UTC(2015, 0, 1)) * 1_000_000n - 1n,
  ),
);
const runId = fc.oneof(
  fc.uuid(),
  fc.uuid().map((id) => id.toUpperCase()),
  fc.string(),
  fc.constant(''),
);
const anySpan = fc.record({
  trace: bytes(16, 15),
  id: bytes(8, 9),
  parent: bytes(8, 0, 7),
  start: time,
  end: time,
  runId,
});

test('what the views do with any row is what the sender was told', async () => {
  const storage = clickhouseStorage(running.clickhouse.clients.landing);
  let round = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(anySpan, { minLength: 40, maxLength: 60 }), async (spans) => {
      const mark = `told ${round++}`;
      const body = wire.request(
        spans.map(({ trace, id, parent, start, end, runId: run }, index) =>
          Buffer.concat([
            wire.len(1, Buffer.from(trace)),
            wire.len(2, Buffer.from(id)),
            wire.len(4, Buffer.from(parent)),
            wire.len(5, `${mark} ${index}`),
            wire.fixed64(7, start),
            wire.fixed64(8, end),
            wire.attribute(9, 'tollgate.run.id', wire.text(run)),
          ]),
        ),
      );
      const block = rowsOf(body);
      const rows = landingRows(block);
      expect(await storage.insert(block, mark)).toEqual({ kind: 'stored' });
      const seen = await running.rows<{ name: string; reason: string }>(
        `SELECT toString(name) AS name, '' AS reason FROM spans WHERE startsWith(name, {mark:String})
         UNION ALL SELECT span_name AS name, reason FROM quarantine WHERE startsWith(span_name, {mark:String})`,
        { mark: `${mark} ` },
      );
      const now = BigInt(Date.now()) * 1_000_000n;
      const told = rows.map((row) => ({ name: row.spanName, reason: rowDefect(row, now) ?? '' }));
      const sorted = (list: typeof seen) => list.toSorted((a, b) => (a.name < b.name ? -1 : 1));
      expect(sorted(seen)).toEqual(sorted(told));
    }),
    { numRuns: 6 },
  );
});

test('the books balance with the tables', async () => {
  const count = (name: string) => metric(running.collector, `tollgate_collector_spans_${name}_total`);
  expect(await count('accepted')).toBe(
    (await count('stored')) + (await count('duplicate')) + (await count('quarantined')),
  );
  const inTables = await counted('spans', "principal IN ('platform', 'support-bot')", {});
  expect(await count('stored')).toBe(inTables);
});
