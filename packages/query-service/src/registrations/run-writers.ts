import type { Kysely } from 'kysely';
import type { ControlTables } from '../state/tables.ts';

type Reader = Pick<Kysely<ControlTables>, 'selectFrom'>;

/** How often a run was resumed. */
export async function generationOf(db: Reader, run_id: string): Promise<number> {
  const { count } = await db
    .selectFrom('run_writers')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('run_id', '=', run_id)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** The writers of each run that resumed it, in the order in which they did. */
export async function resumedWriters(
  db: Reader,
  run_ids: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await db
    .selectFrom('run_writers')
    .select(['run_id', 'writer'])
    .where('run_id', 'in', run_ids)
    .orderBy('resumed_at')
    .execute();
  const byRun = Map.groupBy(rows, ({ run_id }) => run_id);
  return new Map([...byRun].map(([run_id, writers]) => [run_id, writers.map(({ writer }) => writer)]));
}
