import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ClickHouse, migrationFiles, renderMigration } from '../../src/index.ts';
import { startTestClickHouse } from '../../src/testing.ts';
import { ask, land, type Row, row, START } from '../support/landing.ts';

let store: ClickHouse;
beforeAll(async () => {
  store = await startTestClickHouse();
});
afterAll(() => store?.close());

const TABLES = ['spans', 'span_content', 'evidence_records', 'model_calls', 'tool_calls', 'service_records'];
const STATEMENTS = migrationFiles()
  .filter(({ name }) => name.endsWith('_ordered_by_run_number.sql'))
  .flatMap(({ text }) => renderMigration(text, { kind: 'single' }));

const runs = Array.from({ length: 5 }, () => randomUUID());
/** What fills every table. */
const spans = (day: number): Row[] =>
  runs.map((run, index) =>
    row({
      Timestamp: String(START + BigInt(day * 86_400 + index) * 1_000_000_000n),
      SpanAttributes: {
        ...{ 'tollgate.run.id': run, 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm' },
        'gen_ai.input.messages': `said on day ${day}`,
        'tollgate.record': JSON.stringify({ kind: 'gate_decided', seq: day, tool: 't', call_id: `c${day}` }),
      },
    }),
  );
const stored = async () => {
  const rows: Record<string, unknown[]> = {};
  for (const table of TABLES)
    rows[table] = await ask(store.clients.reader, `SELECT * FROM ${table} ORDER BY ALL`);
  return rows;
};
const command = (query: string) => store.clients.owner.command({ query });

/** Back to how the table lay before. */
async function asBefore(table: string): Promise<void> {
  const [{ ddl = '' } = {}] = await ask<{ ddl: string }>(
    store.clients.owner,
    `SELECT create_table_query AS ddl FROM system.tables WHERE database = 'tollgate' AND name = '${table}'`,
  );
  const old = ddl.replace(`tollgate.${table} `, 'tollgate.old ').replaceAll('toUInt128(run_id)', 'run_id');
  expect(old).not.toBe(ddl);
  await command(old.replace(/UUID '[^']*'/, ''));
  await command(`INSERT INTO tollgate.old SELECT * FROM tollgate.${table}`);
  await command(`EXCHANGE TABLES tollgate.old AND tollgate.${table}`);
  await command('DROP TABLE tollgate.old SYNC');
}

const keys = async () =>
  (
    await ask<{ name: string; sorting_key: string }>(
      store.clients.owner,
      `SELECT name, sorting_key FROM system.tables WHERE database = 'tollgate' AND name IN (${TABLES.map((name) => `'${name}'`).join()})`,
    )
  ).map(({ sorting_key }) => sorting_key.split(', ')[0]);

it('keeps every row in a new order, also of what arrives meanwhile, wherever an attempt is cut short', {
  timeout: 180_000,
}, async () => {
  const record = { run_id: runs[0], writer: randomUUID(), seq: 0, kind: 'reviewed', record: '{}' };
  await store.clients.service.insert({ table: 'service_records', values: [record], format: 'JSONEachRow' });
  await land(store, spans(0));
  let day = 0;
  // The statements of one table are seven; a cut after each of them, and one after all.
  for (let cut = 1; cut <= 7; cut += 1) {
    for (const table of TABLES) await asBefore(table);
    expect(new Set(await keys())).toEqual(new Set(['run_id']));
    for (const [index, query] of STATEMENTS.entries()) {
      if (index % 7 < cut) await command(query);
      // In the midst of copying, and between exchange and the last copy.
      if (index % 7 === 3 || index % 7 === 4) await land(store, spans(++day));
    }
    const before = await stored();
    for (const query of STATEMENTS) await command(query);
    const after = await stored();
    for (const table of TABLES) {
      const count = table === 'service_records' ? 1 : runs.length * (day + 1);
      expect([cut, table, after[table]?.length]).toEqual([cut, table, count]);
      const texts = new Set(after[table]?.map((each) => JSON.stringify(each)));
      expect(before[table]?.filter((each) => !texts.has(JSON.stringify(each)))).toEqual([]);
    }
    expect(new Set(await keys())).toEqual(new Set(['toUInt128(run_id)']));
  }
  // What lands goes into the new tables.
  await land(store, spans(++day));
  for (const [table, rows] of Object.entries(await stored()))
    expect([table, rows.length]).toEqual([table, table === 'service_records' ? 1 : runs.length * (day + 1)]);
});

it('keeps what arrived during a copy that took long, while spans go on to arrive', {
  timeout: 60_000,
}, async () => {
  let day = 0;
  const received = (minutes_ago: number) =>
    command(`INSERT INTO tollgate.spans (run_id, start, received_at)
      VALUES (generateUUIDv4(), '2026-02-0${++day} 00:00:00', now64(9, 'UTC') - INTERVAL ${minutes_ago} MINUTE)`);
  await asBefore('spans');
  await command('TRUNCATE TABLE tollgate.spans');
  await received(60);
  for (const [index, query] of STATEMENTS.slice(0, 7).entries()) {
    await command(query);
    // The copy began an hour ago, and half an hour later this came; the last before the tables are exchanged, and the first after.
    if (index === 3) for (const minutes of [30, 1]) await received(minutes);
    if (index === 4) await received(0);
  }
  expect(
    await ask(store.clients.reader, 'SELECT toDayOfMonth(start) AS day FROM spans ORDER BY day'),
  ).toEqual([1, 2, 3, 4].map((each) => ({ day: each })));
});
