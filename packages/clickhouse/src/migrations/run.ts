import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { StoreError } from '../errors.ts';
import { DATABASE } from '../roles.ts';
import { type MigrationFile, migrationFiles } from './files.ts';
import { renderMigration, type Target } from './render.ts';

export interface MigrationOptions {
  readonly target?: Target;
  readonly files?: readonly MigrationFile[];
  readonly onStep?: OnMigration;
}

/** Told of each migration that was applied, and each ten seconds of one that goes on: one that copies data takes a while. */
export type OnMigration = (name: string, step: 'goes on' | 'applied') => void;

const GOES_ON_MS = 10_000;

const appliedRow = z.object({ name: z.string(), checksum: z.string() });

/**
 * Brings the database to the newest schema. Each file's statements are idempotent and it is recorded once all of them ran,
 * so a run that was cut short is finished by the next.
 * @returns the names of the files that were applied now
 * @throws StoreError `migration_changed` for an applied file that is another now or gone; `migration_failed`, naming file and statement
 */
export async function runMigrations(
  owner: ClickHouseClient,
  options: MigrationOptions = {},
): Promise<readonly string[]> {
  const { target = { kind: 'single' }, files = migrationFiles(), onStep } = options;
  await prepare(owner);
  const applied = await readApplied(owner);
  assertUnchanged(files, applied);
  const pending = files.filter(({ name }) => !applied.has(name));
  for (const file of pending) {
    const going = setInterval(() => onStep?.(file.name, 'goes on'), GOES_ON_MS);
    await apply(owner, file, target).finally(() => clearInterval(going));
    onStep?.(file.name, 'applied');
  }
  return pending.map(({ name }) => name);
}

async function prepare(owner: ClickHouseClient): Promise<void> {
  await owner.command({ query: `CREATE DATABASE IF NOT EXISTS ${DATABASE} ENGINE = Atomic` });
  await owner.command({
    query: `CREATE TABLE IF NOT EXISTS ${DATABASE}.schema_migrations (
      name String, checksum String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')
    ) ENGINE = ReplacingMergeTree ORDER BY name`,
  });
}

async function readApplied(owner: ClickHouseClient): Promise<ReadonlyMap<string, string>> {
  const result = await owner.query({
    query: `SELECT name, checksum FROM ${DATABASE}.schema_migrations FINAL ORDER BY name`,
    format: 'JSONEachRow',
  });
  const rows = z.array(appliedRow).parse(await result.json());
  return new Map(rows.map(({ name, checksum }) => [name, checksum]));
}

function assertUnchanged(files: readonly MigrationFile[], applied: ReadonlyMap<string, string>): void {
  const known = new Map(files.map(({ name, checksum }) => [name, checksum]));
  for (const [name, checksum] of applied) {
    if (known.get(name) === checksum) continue;
    const what = known.has(name)
      ? 'has changed since it was applied'
      : 'was applied by another version of Tollgate and is not known to this one';
    throw new StoreError(
      'migration_changed',
      `Migration ${name} ${what}. Run the version that applied it, or add a new migration.`,
    );
  }
}

async function apply(
  owner: ClickHouseClient,
  { name, text, checksum }: MigrationFile,
  target: Target,
): Promise<void> {
  const statements = renderMigration(text, target);
  for (const [index, query] of statements.entries()) {
    await owner.command({ query }).catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new StoreError(
        'migration_failed',
        `Migration ${name}, statement ${index + 1} of ${statements.length}: ${why}`,
        { cause },
      );
    });
  }
  await owner.insert({
    table: `${DATABASE}.schema_migrations`,
    values: [{ name, checksum }],
    format: 'JSONEachRow',
  });
}
