import type { Deps } from '../deps.ts';
import { storeTime } from '../records/store-time.ts';
import type { Rollup } from './rollup.ts';

/** Deletes versions that newer ones replaced before a time (ns); a reading that pinned one ended long ago. */
export async function pruneVersions(
  { store }: Pick<Deps, 'store'>,
  { table }: Rollup,
  before: bigint,
): Promise<void> {
  await store.service.command({
    query: `
      DELETE FROM ${table} WHERE version < {before:DateTime64(9, 'UTC')}
        AND (day, version) NOT IN (SELECT day, max(version) FROM ${table} GROUP BY day)`,
    query_params: { before: storeTime(before) },
  });
}
