import { type ClickHouseClient, ClickHouseError } from '@clickhouse/client';
import { z } from 'zod';
import { DATABASE } from '../roles.ts';
import { renderSql, splitStatements, type Topology } from './render.ts';
import { readMigrations, readViews, type SqlFile } from './sql-files.ts';
import { parseView, viewStatement } from './view-file.ts';

/** How a migration run ended. `failed` and `changed` name the file; nothing after it was tried. */
export type MigrationResult =
  | { readonly kind: 'migrated'; readonly applied: readonly string[] }
  | { readonly kind: 'changed'; readonly file: string; readonly message: string }
  | {
      readonly kind: 'failed';
      readonly file: string;
      /** Which statement of the file, from 1. */
      readonly statement: number;
      readonly sql: string;
      /** ClickHouse's error code, where it answered. */
      readonly code: number | undefined;
      readonly message: string;
    };

/** What to migrate to; files other than the package's own are for tests. */
export type MigrationOptions = {
  readonly topology?: Topology;
  readonly migrations?: readonly SqlFile[];
  readonly views?: readonly SqlFile[];
};

/**
 * Brings a database to the schema of this package. Never throws: a stopped run says where, and running it again goes
 * on from there, since every statement may be repeated.
 *
 * @param client signed in as the owner; the database exists
 */
export async function migrate(client: ClickHouseClient, options: MigrationOptions = {}): Promise<MigrationResult> {
  const topology = options.topology ?? { kind: 'single' };
  const run: Run = { client, topology, applied: [] };
  const ledger = await attempt('schema_migrations', 1, LEDGER, async () => {
    await client.command({ query: renderSql(LEDGER, topology) });
    return readLedger(client);
  });
  if (ledger.kind !== 'done') return ledger;
  const migrations = options.migrations ?? readMigrations();
  return (
    changedFile(ledger.value, migrations) ??
    (await applyMigrations(run, ledger.value, migrations)) ??
    (await applyViews(run, ledger.value, options.views ?? readViews())) ?? { kind: 'migrated', applied: run.applied }
  );
}

type Failed = Extract<MigrationResult, { kind: 'failed' }>;
type Applied = ReadonlyMap<string, string>;
type Run = { readonly client: ClickHouseClient; readonly topology: Topology; readonly applied: string[] };

const LEDGER = `CREATE TABLE IF NOT EXISTS \${DATABASE}.schema_migrations \${ON_CLUSTER} (
    name String, checksum String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = \${ENGINE ReplacingMergeTree(applied_at)} ORDER BY name
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`;

const ledgerRow = z.object({ name: z.string(), checksum: z.string() });

async function readLedger(client: ClickHouseClient): Promise<Applied> {
  const query = `SELECT name, argMax(checksum, applied_at) AS checksum FROM ${DATABASE}.schema_migrations GROUP BY name`;
  const answer = await client.query({ query, format: 'JSONEachRow' });
  const rows = z.array(ledgerRow).parse(await answer.json());
  return new Map(rows.map(({ name, checksum }) => [name, checksum]));
}

function changedFile(applied: Applied, files: readonly SqlFile[]): MigrationResult | undefined {
  const known = new Set(files.map(({ name }) => name));
  const missing = [...applied.keys()].find((name) => !name.startsWith('views/') && !known.has(name));
  if (missing !== undefined) {
    const message = `The database has the migration ${missing}, which this version does not: it was made by a newer one.`;
    return { kind: 'changed', file: missing, message };
  }
  const changed = files.find(({ name, checksum }) => (applied.get(name) ?? checksum) !== checksum);
  if (changed === undefined) return undefined;
  const message = `${changed.name}.sql has changed since it was applied. Put it back, and write a new migration instead.`;
  return { kind: 'changed', file: changed.name, message };
}

async function applyMigrations(run: Run, applied: Applied, files: readonly SqlFile[]): Promise<Failed | undefined> {
  for (const file of files.filter(({ name }) => !applied.has(name))) {
    const statements = splitStatements(renderSql(file.text, run.topology));
    const failed = (await execute(run, file.name, statements)) ?? (await record(run, file.name, file.checksum));
    if (failed !== undefined) return failed;
  }
  return undefined;
}

async function applyViews(run: Run, applied: Applied, files: readonly SqlFile[]): Promise<Failed | undefined> {
  const views = files.map((file) => parseView(file, run.topology));
  for (const view of views) {
    const name = `views/${view.name}`;
    const known = await attempt(name, 1, 'EXISTS', () => exists(run.client, view.name));
    if (known.kind !== 'done') return known;
    if (known.value && applied.get(name) === view.checksum) continue;
    const statement = viewStatement(view, known.value, run.topology);
    const failed = (await execute(run, name, [statement])) ?? (await record(run, name, view.checksum));
    if (failed !== undefined) return failed;
  }
  return undefined;
}

async function exists(client: ClickHouseClient, view: string): Promise<boolean> {
  const answer = await client.query({ query: `EXISTS TABLE ${DATABASE}.${view}`, format: 'JSONEachRow' });
  return z.array(z.object({ result: z.number() })).parse(await answer.json())[0]?.result === 1;
}

async function execute(run: Run, file: string, statements: readonly string[]): Promise<Failed | undefined> {
  for (const [index, sql] of statements.entries()) {
    const result = await attempt(file, index + 1, sql, () => run.client.command({ query: sql }));
    if (result.kind !== 'done') return result;
  }
  return undefined;
}

async function record(run: Run, name: string, checksum: string): Promise<Failed | undefined> {
  const result = await attempt(name, 0, 'INSERT INTO schema_migrations', () =>
    run.client.insert({ table: `${DATABASE}.schema_migrations`, values: [{ name, checksum }], format: 'JSONEachRow' }),
  );
  if (result.kind !== 'done') return result;
  run.applied.push(name);
  return undefined;
}

async function attempt<T>(
  file: string,
  statement: number,
  sql: string,
  work: () => Promise<T>,
): Promise<{ kind: 'done'; value: T } | Failed> {
  try {
    return { kind: 'done', value: await work() };
  } catch (error) {
    const code = error instanceof ClickHouseError ? Number(error.code) : undefined;
    const message = error instanceof Error ? error.message : String(error);
    return { kind: 'failed', file, statement, sql, code, message };
  }
}
