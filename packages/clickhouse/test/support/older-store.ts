import { type ClickHouse, migrationFiles, runMigrations } from '../../src/index.ts';
import { ask } from './landing.ts';

/** Makes the store what it was before a migration: empty, and without what came later. @param end of the name of its file */
export async function backTo(
  { clients: { owner } }: Pick<ClickHouse, 'clients'>,
  end: string,
): Promise<void> {
  const files = migrationFiles();
  const first = files.findIndex(({ name }) => name.endsWith(end));
  if (first < 0) throw new Error(`no migration ends with ${end}`);
  const tables = await ask<{ name: string }>(
    owner,
    `SELECT name FROM system.tables WHERE database = 'tollgate'`,
  );
  // Rules of retention ask a view, in whatever order both go.
  const sure = 'SYNC SETTINGS check_table_dependencies = 0';
  for (const { name } of tables) await owner.command({ query: `DROP TABLE tollgate.${name} ${sure}` });
  await runMigrations(owner, { files: files.slice(0, first) });
}
