import { renameSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { TollgateError } from '@tollgate/contract';
import { Kysely, sql, type Transaction } from 'kysely';
import { z } from 'zod';
import { lockDirectory } from './directory-lock.ts';
import { migrate } from './migrations/migrate.ts';
import { openPostgres } from './postgres/engine.ts';
import { CLOCK } from './postgres/turn.ts';
import { nodeSqliteDialect } from './sqlite/dialect.ts';
import { openDatabase } from './sqlite/node-sqlite.ts';
import type { ControlTables } from './tables.ts';
import { systemClock, timeText } from './time.ts';

const named = z.array(z.object({ name: z.string() }));
const rows = z.array(z.record(z.string(), z.union([z.string(), z.bigint(), z.null()])));
/** Few enough for the parameters of one statement, however many columns a table has. */
const ROWS_AT_ONCE = 500;

/**
 * Moves a control state from its directory, which no service may use meanwhile, into an empty PostgreSQL database: all of it or
 * nothing. The file is then called `control.db.moved`, so that no service goes on with what is no longer true.
 * @returns how many rows of which table
 * @throws TollgateError `conflict` where the database has a control state already; Error where a service runs on the directory
 */
export async function moveControlState(
  directory: string,
  database_url: string,
): Promise<Readonly<Record<string, number>>> {
  const unlock = lockDirectory(directory);
  const file = join(directory, 'control.db');
  const source = openDatabase(file);
  try {
    const old = new Kysely<ControlTables>({ dialect: nodeSqliteDialect(source) });
    await migrate(old);
    const moved = await intoPostgres(source, database_url);
    // Whatever the write-ahead log holds goes into the file that is kept.
    source.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    source.close();
    renameSync(file, `${file}.moved`);
    return moved;
  } finally {
    if (source.isOpen) source.close();
    unlock();
  }
}

async function intoPostgres(source: DatabaseSync, database_url: string) {
  const engine = await openPostgres(database_url, undefined);
  try {
    await migrate(engine.writable);
    return await engine.writable.transaction().execute(async (db) => {
      if (!(await isEmpty(db)))
        throw new TollgateError('conflict', 'The database has a control state already. Choose an empty one.');
      const moved: Record<string, number> = {};
      for (const table of tablesOf(source)) moved[table] = await copyTable(source, db, table);
      // Nothing is earlier than what was there, whichever of the two clocks is ahead.
      await db
        .insertInto('state_values')
        .values({ name: CLOCK, value: timeText(systemClock()()) })
        .execute();
      for (const table of ['evidence_outbox', 'events'])
        await sql`select setval(pg_get_serial_sequence(${table}, 'position'), (select coalesce(max(position), 0) + 1 from ${sql.table(table)}), false)`.execute(
          db,
        );
      return moved;
    });
  } finally {
    await engine.close();
  }
}

async function isEmpty(db: Transaction<ControlTables>): Promise<boolean> {
  return (await db.selectFrom('state_values').select('name').limit(1).executeTakeFirst()) === undefined;
}

/** In the order in which they were made, so that what is referred to comes first. */
function tablesOf(source: DatabaseSync): string[] {
  const found = source
    .prepare(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' AND name NOT LIKE 'kysely!_%' ESCAPE '!' ORDER BY rowid`,
    )
    .all();
  return named.parse(found).map(({ name }) => name);
}

async function copyTable(
  source: DatabaseSync,
  db: Transaction<ControlTables>,
  table: string,
): Promise<number> {
  const statement = source.prepare(`SELECT * FROM "${table}"`);
  // Amounts of money are more than a number can hold.
  statement.setReadBigInts(true);
  let copied = 0;
  let batch: Record<string, unknown>[] = [];
  const insert = async () => {
    const values = rows.parse(batch);
    if (values.length > 0)
      await sql`insert into ${sql.table(table)} (${sql.join(Object.keys(values[0] ?? {}).map((name) => sql.ref(name)))})
        values ${sql.join(values.map((row) => sql`(${sql.join(Object.values(row))})`))}`.execute(db);
    copied += values.length;
    batch = [];
  };
  for (const row of statement.iterate()) {
    batch.push(row);
    if (batch.length === ROWS_AT_ONCE) await insert();
  }
  await insert();
  return copied;
}
