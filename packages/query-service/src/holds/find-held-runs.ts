import { DATABASE } from '@tollgate/clickhouse';
import type { Deps } from '../deps.ts';
import { storeTime } from '../records/store-time.ts';
import type { Hold } from './hold.ts';

/**
 * Tells the store which runs the live holds of workflows are about. Runs come and are found late, so it is done again and again:
 * rows expire after a day at the earliest, and this runs each minute. As for erasure (`heldAmong`), a run is held where its
 * registration or its evidence says so: whoever sends evidence says when it began, and must not get a run out of a hold by that.
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
      SELECT DISTINCT run_id, {hold_id:UUID} FROM (
        SELECT run_id, workflow, started_at AS at FROM ${DATABASE}.runs
        UNION ALL SELECT run_id, workflow, registered_at AS at FROM ${DATABASE}.run_registrations)
      WHERE workflow = {workflow:String} AND at >= {from:DateTime64(9, 'UTC')} AND at < {to:DateTime64(9, 'UTC')}
        AND run_id NOT IN (SELECT run_id FROM ${DATABASE}.held_runs WHERE hold_id = {hold_id:UUID})`,
    query_params: { hold_id, workflow, from: storeTime(held_from), to: storeTime(held_to) },
  });
}
