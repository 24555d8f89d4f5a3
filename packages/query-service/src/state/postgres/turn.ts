import { sql, type Transaction } from 'kysely';
import type { Clock } from '../../deps.ts';
import type { ControlTables } from '../tables.ts';

/** The row of `state_values` that has the time of the last change. */
export const CLOCK = 'clock';

const DATABASE_TIME = sql<string>`floor(extract(epoch from clock_timestamp()) * 1000000)::bigint * 1000`;

/**
 * Waits for the one row that every change writes first, and moves its time on. Whoever has it sees all that was committed
 * before, and no change of any process has the same or an earlier time.
 */
export async function takeTurn(db: Transaction<ControlTables>, given: Clock | undefined): Promise<bigint> {
  const time = given === undefined ? DATABASE_TIME : sql<string>`${given()}::bigint`;
  const { rows } = await sql<{ value: string }>`
    insert into state_values (name, value) values (${CLOCK}, lpad((${time})::text, 19, '0'))
    on conflict (name) do update set value = lpad(greatest(state_values.value::bigint + 1, ${time})::text, 19, '0')
    returning value`.execute(db);
  return BigInt(rows[0]?.value ?? 0);
}
