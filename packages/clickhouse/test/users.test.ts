import { type ClickHouseClient, ClickHouseError } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClickHouse, SERVICE_TABLES, userStatements } from '../src/index.ts';
import { ROLLUP_TABLES } from '../src/roles.ts';
import { startTestClickHouse } from '../src/testing.ts';
import { ask, land, row } from './support/landing.ts';

const ACCESS_DENIED = '497';
const READONLY = '164';

describe('the users', () => {
  let store: ClickHouse;
  let tables: string[];
  beforeAll(async () => {
    store = await startTestClickHouse();
    await land(store, [row()]);
    const rows = await ask<{ name: string }>(
      store.clients.owner,
      `SELECT name FROM system.tables WHERE database = 'tollgate' AND engine NOT IN ('MaterializedView', 'Null')`,
    );
    const range = `(from = '2026-01-01 00:00:00', to = '2026-01-02 00:00:00')`;
    tables = rows.map(({ name }) =>
      /^(counted_costs|control_results)$/.test(name) ? `${name}${range}` : name,
    );
  });
  afterAll(() => store.close());

  /** The code with which a statement is refused; undefined where it is not. */
  const refusal = async (client: ClickHouseClient, query: string): Promise<string | undefined> => {
    try {
      await client.command({ query });
      return undefined;
    } catch (error) {
      if (error instanceof ClickHouseError) return error.code;
      throw error;
    }
  };

  it('landing writes spans and reads nothing', async () => {
    const { landing } = store.clients;
    for (const table of [...tables, 'otlp_spans'])
      expect(await refusal(landing, `SELECT * FROM ${table} LIMIT 1`), table).toBe(ACCESS_DENIED);
    const written = [
      'spans',
      'model_calls',
      'quarantine',
      'evidence_records',
      ...SERVICE_TABLES,
      ...ROLLUP_TABLES,
    ];
    for (const table of written)
      expect(await refusal(landing, `INSERT INTO ${table} SELECT * FROM ${table}`), table).toBe(
        ACCESS_DENIED,
      );
  });

  it('service reads all and writes its own tables alone', async () => {
    const { service } = store.clients;
    for (const table of [...SERVICE_TABLES, ...ROLLUP_TABLES])
      expect(
        await refusal(service, `INSERT INTO ${table} SELECT * FROM ${table} WHERE 0`),
        table,
      ).toBeUndefined();
    const others = [
      'otlp_spans',
      'undecodable_spans',
      'spans',
      'span_content',
      'evidence_records',
      'model_calls',
      'quarantine',
    ];
    for (const table of others)
      expect(await refusal(service, `INSERT INTO ${table} SELECT * FROM ${table} WHERE 0`), table).toBe(
        ACCESS_DENIED,
      );
    expect(await refusal(service, 'ALTER TABLE flags DELETE WHERE 1')).toBe(ACCESS_DENIED);
    expect(await refusal(service, 'TRUNCATE TABLE service_records')).toBe(ACCESS_DENIED);
  });

  it('reader reads every table and changes nothing', async () => {
    const { reader } = store.clients;
    for (const table of tables)
      expect(await refusal(reader, `SELECT * FROM ${table} LIMIT 1`), table).toBeUndefined();
    expect([ACCESS_DENIED, READONLY]).toContain(
      await refusal(reader, 'INSERT INTO flags SELECT * FROM flags WHERE 0'),
    );
    expect([ACCESS_DENIED, READONLY]).toContain(await refusal(reader, 'DROP TABLE spans'));
  });

  it('dashboard reads neither content nor quarantine', async () => {
    const { dashboard } = store.clients;
    for (const table of [
      'spans',
      'counted_model_calls',
      'runs',
      'flags',
      'otel_traces',
      ...tables.filter((name) => /costs|cost_days/.test(name)),
    ])
      expect(await refusal(dashboard, `SELECT * FROM ${table} LIMIT 1`), table).toBeUndefined();
    for (const table of ['span_content', 'quarantine', 'schema_migrations'])
      expect(await refusal(dashboard, `SELECT * FROM ${table} LIMIT 1`), table).toBe(ACCESS_DENIED);
  });

  it('none but the owner reaches files, other hosts or other users', async () => {
    for (const role of ['landing', 'service', 'reader', 'dashboard'] as const) {
      const client = store.clients[role];
      for (const query of [
        `SELECT * FROM file('/etc/passwd', 'LineAsString')`,
        `SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')`,
        'CREATE TABLE mine (a UInt8) ENGINE = Memory',
        'SYSTEM STOP MERGES tollgate.spans',
      ])
        expect([ACCESS_DENIED, READONLY], `${role}: ${query}`).toContain(await refusal(client, query));
    }
  });

  it('the engine’s own user without a password reads nothing', async () => {
    const answer = await fetch(`${store.url}/?user=default`, {
      method: 'POST',
      body: 'SELECT * FROM tollgate.spans',
    });
    expect(await answer.text()).toContain('ACCESS_DENIED');
    const wrong = await fetch(`${store.url}/?user=${store.credentials.reader.user}&password=x`, {
      method: 'POST',
      body: 'SELECT 1',
    });
    expect(wrong.status).toBe(403);
  });

  it('an external server gets the same users: every grant is a statement that it understands', async () => {
    for (const statement of userStatements(store.credentials)) {
      const answer = await ask<{ explain: string }>(store.clients.owner, `EXPLAIN AST ${statement}`);
      expect(answer.length, statement.replaceAll(/'[^']*'/g, '…')).toBeGreaterThan(0);
    }
  });
});
