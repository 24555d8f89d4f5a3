import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { storeTime } from '../records/store-time.ts';
import { select } from '../runs/select.ts';
import type { Rollup } from './rollup.ts';

const sums = z.record(z.string(), z.string());
const row = z.object({ groups_differing: z.coerce.number().int(), rolled: sums, from_rows: sums });

/** How a version of a day differs from what its rows give now; `groups_differing` is 0 where it does not. */
export type Comparison = z.output<typeof row>;

/** Compares every figure of every group: a group that is missing, doubled or different on either side counts. */
export async function compareDay(
  deps: Pick<Deps, 'store'>,
  rollup: Rollup,
  { day, version }: { readonly day: string; readonly version: bigint },
): Promise<Comparison> {
  const { table, keys, figures, totals, groups } = rollup;
  const columns = [...keys, ...figures];
  const total = (side: string) =>
    `map(${totals.map((name) => `'${name}', toString(sum(total_of_${side}.${totals.indexOf(name) + 1}))`).join(', ')})`;
  const totalOf = (side: string) =>
    `tuple(${totals.map((name) => `sumIf(${name}, source = '${side}')`).join(', ')}) AS total_of_${side}`;
  const query = `
    SELECT countIf(copies != 2 OR contents != 1) AS groups_differing, ${total('rolled')} AS rolled, ${total('rows')} AS from_rows
    FROM (
      SELECT ${keys.join(', ')}, count() AS copies, uniqExact(tuple(${figures.join(', ')})) AS contents,
             ${totalOf('rolled')}, ${totalOf('rows')}
      FROM (
        SELECT 'rolled' AS source, ${columns.map((name) => `g_${name} AS ${name}`).join(', ')}
        FROM ${table} ARRAY JOIN ${columns.map((name) => `groups.${name} AS g_${name}`).join(', ')}
        WHERE day = {day:Date} AND version = {version:DateTime64(9, 'UTC')}
        UNION ALL
        SELECT 'rows' AS source, ${columns.join(', ')} FROM (${groups}))
      GROUP BY ${keys.join(', ')})`;
  const [comparison] = await select(deps, row, query, { day, version: storeTime(version) });
  if (comparison === undefined) throw new Error('an aggregate without groups has one row');
  return comparison;
}
