import { addUsd, compareUsd } from '@tollgate/contract';
import type { Made } from './make-runs.ts';
import type { Plant } from './plants.ts';
import { LIMITS, ORACLE_WORKFLOW } from './workflow.ts';

/** Flags as they have to stand: `scope control` → how many. */
export function expectedFlags(made: readonly Made[], day: string): ReadonlyMap<string, number> {
  const flags = made.flatMap(({ agent, plants }) =>
    flagsOf(plants).map((control) => `${agent.run.run_id} ${control}`),
  );
  const own = made.filter(({ plants }) => plants.every(({ workflow }) => workflow === undefined));
  if (compareUsd(spentIn(own), LIMITS.day) > 0) flags.push(`${ORACLE_WORKFLOW}/day/${day} budget_breach`);
  if (compareUsd(addUsd(settledIn(own), settledIn(own)), LIMITS.day) >= 0)
    flags.push(`${ORACLE_WORKFLOW}/day/${day} budget_warning`);
  return tally(flags);
}

/** Two plants may break one rule twice; the budget of a run is broken once, however often it is overspent. */
function flagsOf(plants: readonly Plant[]): readonly string[] {
  const all = plants.flatMap(({ flags }) => flags);
  return all.filter((control, index) => control !== 'budget_breach' || all.indexOf(control) === index);
}

const OVER_THE_LIMIT = '5.000000000000001';

/** What the evidence shows (USD). */
function spentIn(made: readonly Made[]): string {
  const costs = made.flatMap(({ plants }) => [
    ...(plants.some(({ bare }) => bare) ? [] : ['0.25']),
    ...plants.filter(({ flags }) => flags.includes('budget_breach')).map(() => OVER_THE_LIMIT),
  ]);
  return costs.reduce((sum, cost) => addUsd(sum, cost), '0');
}

/** What the ledger knows (USD). */
const settledIn = (made: readonly Made[]) =>
  made.flatMap(({ plants }) => plants).reduce((sum, { settles }) => addUsd(sum, settles ?? '0'), '0');

export function tally(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
