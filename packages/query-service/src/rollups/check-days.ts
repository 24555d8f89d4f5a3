import { randomInt } from 'node:crypto';
import type { Deps } from '../deps.ts';
import { storeNow } from '../flags/touched-runs.ts';
import { storeTime } from '../records/store-time.ts';
import { buildDay } from './build-day.ts';
import { type Comparison, compareDay } from './compare-day.ts';
import { type RolledDay, rolledDays, touchedDays } from './days.ts';
import { QUIET, type Rollup } from './rollup.ts';

/** A day that did not agree with its rows, although nothing had arrived since it was rolled up. */
export interface Drift extends Comparison {
  readonly day: string;
}

interface CheckOptions {
  /** Days to compare, chosen at random; all of them where there are fewer. */
  readonly sample: number;
  /** Days before this one have lost rows to retention, so there is nothing to compare them with. */
  readonly keptFrom?: string;
}

/** Compares a random sample of rolled-up days with their rows. What differs is written down, and rebuilt from rows. */
export async function checkDays(
  deps: Pick<Deps, 'store'>,
  rollup: Rollup,
  { sample, keptFrom = '1970-01-01' }: CheckOptions,
): Promise<readonly Drift[]> {
  const { days } = await rolledDays(deps, rollup);
  const closed = [...days.values()].filter(({ day, open }) => !open && day >= keptFrom);
  const drifts: Drift[] = [];
  for (const each of chosen(closed, sample)) {
    const comparison = await compareDay(deps, rollup, each);
    if (comparison.groups_differing === 0 || (await isExplained(deps, rollup, each))) continue;
    const now = await storeNow(deps);
    await deps.store.service.insert({
      table: 'rollup_drifts',
      values: [
        {
          ...{ rollup: rollup.name, day: each.day, version: storeTime(each.version) },
          ...{ found_at: storeTime(now), ...comparison },
        },
      ],
      format: 'JSONEachRow',
    });
    await buildDay(deps, rollup, each.day, now);
    drifts.push({ day: each.day, ...comparison });
  }
  return drifts;
}

/** Something about the day arrived since: readers read its rows already, and the next pass opens it. */
async function isExplained(deps: Pick<Deps, 'store'>, rollup: Rollup, day: RolledDay): Promise<boolean> {
  const since = day.version - QUIET;
  return (await touchedDays(deps, rollup, since)).has(day.day);
}

function chosen<T>(all: readonly T[], count: number): T[] {
  const rest = [...all];
  return Array.from({ length: Math.min(count, rest.length) }, () =>
    rest.splice(randomInt(rest.length), 1),
  ).flat();
}
