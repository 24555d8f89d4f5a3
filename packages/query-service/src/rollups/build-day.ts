import type { Deps } from '../deps.ts';
import { storeTime } from '../records/store-time.ts';
import { columnsOf, type Rollup } from './rollup.ts';

/**
 * Builds a new version of a day from rows. One statement inserts one row, so a crash leaves the old version or the new
 * one and nothing between, and a reader sees all groups or none.
 * @param version the store's time (ns) just before: whatever is received later is looked for at each reading
 */
export async function buildDay(
  { store }: Pick<Deps, 'store'>,
  rollup: Rollup,
  day: string,
  version: bigint,
): Promise<void> {
  const { table, keys, figures, groups, lastReceived } = rollup;
  const arrays = [...keys, ...figures].map((name) => `groupArray(g.${name})`);
  await store.service.command({
    query: `
      INSERT INTO ${table} (${columnsOf(rollup)})
      SELECT {day:Date}, {version:DateTime64(9, 'UTC')}, false, (${lastReceived}), ${arrays.join(', ')}
      FROM (SELECT * FROM (${groups}) ORDER BY ${keys.join(', ')}) AS g`,
    query_params: { day, version: storeTime(version) },
  });
}
