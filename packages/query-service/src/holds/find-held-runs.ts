import { DATABASE } from '@tollgate/clickhouse';
import type { Deps } from '../deps.ts';
import { storeTime } from '../records/store-time.ts';
import type { Hold } from './hold.ts';
import { IN_PERIOD } from './in-period.ts';

/**
 * Tells the store which runs the live holds of workflows are about (`IN_PERIOD`). Runs come and are found late, so it is done
 * again and again: rows expire after a day at the earliest, and this runs each minute.
 */
export async function findHeldRuns({ control, store }: Pick<Deps, 'control' | 'store'>): Promise<void> {
  const holds = await control.db
    .selectFrom('legal_holds')
    .selectAll()
    .where('lifted_at', 'is', null)
    .where('run_id', 'is', null)
    .execute();
  for (const hold of holds) await findRunsOf({ store }, hold);
}

async function findRunsOf(
  { store }: Pick<Deps, 'store'>,
  { hold_id, workflow, held_from, held_to }: Hold,
): Promise<void> {
  await store.service.command({
    query: `INSERT INTO ${DATABASE}.held_runs (run_id, hold_id)
      SELECT DISTINCT run_id, {hold_id:UUID} FROM ${DATABASE}.run_periods
      WHERE ${IN_PERIOD}
        AND run_id NOT IN (SELECT run_id FROM ${DATABASE}.held_runs WHERE hold_id = {hold_id:UUID})`,
    query_params: { hold_id, workflow, from: storeTime(held_from), to: storeTime(held_to) },
  });
}
