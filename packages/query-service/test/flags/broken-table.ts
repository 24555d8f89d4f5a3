import { sql } from 'kysely';
import type { ControlState } from '../../src/state/change.ts';
import { overPostgres } from '../support/postgres.ts';

/**
 * The control state refuses some new rows of a table, for a reason of which the service knows nothing.
 * @param when SQL over `new`
 * @returns how to end that; once is enough
 */
export async function refuseRows(
  control: ControlState,
  table: string,
  when: string,
): Promise<() => Promise<void>> {
  const [make, drop] = overPostgres() ? inPostgres(table, when) : inSqlite(table, when);
  const run = (statements: readonly string[]) =>
    control.change(async ({ db }) => {
      for (const statement of statements) await sql.raw(statement).execute(db);
    });
  await run(make);
  return () => run(drop);
}

type Statements = readonly [make: readonly string[], drop: readonly string[]];

const inSqlite = (table: string, when: string): Statements => [
  [`create trigger broken before insert on ${table} when ${when} begin select raise(abort, 'broken'); end`],
  ['drop trigger if exists broken'],
];

const inPostgres = (table: string, when: string): Statements => [
  [
    `create function broken() returns trigger language plpgsql as 'begin raise exception ''broken''; end'`,
    `create trigger broken before insert on ${table} for each row when (${when}) execute function broken()`,
  ],
  [`drop trigger if exists broken on ${table}`, 'drop function if exists broken'],
];
