import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ClickHouse,
  type MigrationFile,
  migrationFiles,
  runMigrations,
  StoreError,
} from '../../src/index.ts';
import { startTestClickHouse } from '../../src/testing.ts';
import { ask, land, row } from '../support/landing.ts';

const file = (name: string, text: string): MigrationFile => ({
  name,
  text,
  checksum: createHash('sha256').update(text).digest('hex'),
});

describe('migrations', () => {
  let store: ClickHouse;
  beforeAll(async () => {
    store = await startTestClickHouse();
  });
  afterAll(() => store.close());

  const run = (files: readonly MigrationFile[]) => runMigrations(store.clients.owner, { files });
  const refused = async (files: readonly MigrationFile[]): Promise<StoreError> => {
    const error = await run(files).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (error instanceof StoreError) return error;
    throw new Error(`expected a StoreError, got ${String(error)}`);
  };

  it('apply nothing the second time, and lose no row', async () => {
    await land(store, [row({ ServiceName: 'kept' })]);
    expect(await runMigrations(store.clients.owner)).toEqual([]);
    const rows = await ask(store.clients.reader, `SELECT name FROM spans WHERE service = 'kept'`);
    expect(rows).toHaveLength(1);
  });

  it('are each idempotent: every statement of every file may run again', async () => {
    await store.clients.owner.command({ query: 'TRUNCATE TABLE schema_migrations' });
    expect(await runMigrations(store.clients.owner)).toEqual(migrationFiles().map(({ name }) => name));
  });

  it('refuse a file that changed after it was applied, by name', async () => {
    const files = migrationFiles().map((each, index) =>
      index === 1 ? file(each.name, `${each.text}\n`) : each,
    );
    const error = await refused(files);
    expect(error.code).toBe('migration_changed');
    expect(error.message).toContain(files[1]?.name ?? '?');
  });

  it('refuse a database that a newer version made, by name', async () => {
    const error = await refused(migrationFiles().slice(0, -1));
    expect(error.code).toBe('migration_changed');
    expect(error.message).toContain(migrationFiles().at(-1)?.name ?? '?');
  });

  it('say which statement of which file failed, and go on from there once it is mended', async () => {
    const create = 'CREATE TABLE IF NOT EXISTS tollgate.extra (a UInt8) ENGINE = MergeTree ORDER BY a;\n';
    const bad = file('0099_extra.sql', `${create}CREATE NONSENSE;\n`);
    const error = await refused([...migrationFiles(), bad]);
    expect(error.code).toBe('migration_failed');
    expect(error.message).toContain('0099_extra.sql, statement 2 of 2');
    const mended = file('0099_extra.sql', `${create}INSERT INTO tollgate.extra VALUES (7);\n`);
    expect(await run([...migrationFiles(), mended])).toEqual(['0099_extra.sql']);
    expect(await ask(store.clients.reader, 'SELECT a FROM extra')).toEqual([{ a: 7 }]);
  });
});
