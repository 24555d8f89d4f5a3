import { expect } from 'vitest';
import { readCoverage, readPopulation } from '../../../src/controls/coverage.ts';
import type { Deps } from '../../../src/deps.ts';
import type { PersonIdentity } from '../../../src/identity/identity.ts';
import type { Unit } from './model.ts';

type ReadDeps = Pick<Deps, 'store' | 'control' | 'clock'>;

export interface Period {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** By control, population and workflow: population, passed, failed, unknown. */
export type List = Readonly<Record<string, readonly number[]>>;

/** The list that these units make. */
export function listOf(units: readonly Unit[]): List {
  const of = (those: readonly Unit[], wanted: Unit['result']) =>
    those.filter(({ result }) => result === wanted).length;
  const lines = Map.groupBy(units, (unit) => `${unit.control} ${unit.population_of} ${unit.workflow}`);
  return Object.fromEntries(
    [...lines].map(([key, those]) => [
      key,
      [those.length, of(those, 'passed'), of(those, 'failed'), of(those, 'unknown')],
    ]),
  );
}

/** The list that the API answers, which has to add up. */
export async function readList(deps: ReadDeps, identity: PersonIdentity, period: Period): Promise<List> {
  const { items } = await readCoverage(deps, identity, period);
  const list: Record<string, number[]> = {};
  for (const { control, population_of, workflow, population, passed, failed, unknown } of items) {
    expect(Number(passed) + Number(failed) + Number(unknown)).toBe(population);
    const key = `${control} ${population_of} ${workflow}`;
    expect(list[key]).toBeUndefined();
    list[key] = [population, passed, failed, unknown].map(Number);
  }
  return list;
}

/** Lists of which none has what another has. */
export function together(...lists: readonly List[]): List {
  const sums: Record<string, number[]> = {};
  for (const [key, counts] of lists.flatMap((list) => Object.entries(list)))
    sums[key] = counts.map((count, index) => count + (sums[key]?.[index] ?? 0));
  return sums;
}

/** What the pages of a population hold, in their order. */
export async function readPages(
  deps: ReadDeps,
  identity: PersonIdentity,
  control: string,
  query: Period & { readonly result?: Unit['result']; readonly limit: number },
) {
  const found: Awaited<ReturnType<typeof readPopulation>>['items'] = [];
  let cursor: string | undefined;
  do {
    const page = await readPopulation(deps, identity, control, { ...query, cursor });
    expect(page.items.length).toBeLessThanOrEqual(query.limit);
    found.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return found;
}

/** A unit as its page has it. */
export const shown = ({ workflow, run_id, unit, at, result, flag_id }: Unit) => ({
  ...{ workflow, run_id, unit, at, result, flag_id },
});
