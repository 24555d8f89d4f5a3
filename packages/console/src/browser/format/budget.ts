import type { Budget } from '../api/budget-shapes.ts';
import type { CostRow, Run } from '../api/shapes.ts';

/** How many model calls of a budget's run, day or month there were, and how many of them have no price. */
export interface PricedShare {
  readonly calls: number;
  readonly unpriced: number;
}

interface Known {
  /** Costs by workflow and UTC day, for the whole time that the budgets are of. */
  readonly days: readonly CostRow[] | undefined;
  readonly runs: readonly Run[] | undefined;
}

/** Undefined where it is not known here; never a share that leaves something out. Pure. */
export function pricedShare(budget: Budget, { days, runs }: Known): PricedShare | undefined {
  if (budget.limit === 'per_run') {
    const cost = runs?.find(({ run_id }) => run_id === budget.name)?.cost ?? undefined;
    return cost === undefined ? undefined : { calls: cost.calls, unpriced: cost.unpriced_calls };
  }
  if (days === undefined) return undefined;
  const mine = days.filter(
    ({ workflow, day }) => workflow === budget.workflow && (day ?? '').startsWith(budget.name),
  );
  return {
    calls: mine.reduce((sum, { calls }) => sum + calls, 0),
    unpriced: mine.reduce((sum, { unpriced_calls }) => sum + unpriced_calls, 0),
  };
}

/** The first UTC day that any of these days and months has; undefined where there are none. */
export function firstDay(budgets: readonly Pick<Budget, 'limit' | 'name'>[]): string | undefined {
  return budgets
    .filter(({ limit }) => limit !== 'per_run')
    .map(({ name }) => (/^\d{4}-\d{2}$/.test(name) ? `${name}-01` : name))
    .sort()[0];
}

/** One percentage of a limit that is warned of, and whether it was. */
export interface WarnMark {
  readonly percent: number;
  readonly given: boolean;
}

/** The workflow's percentages in order, and the highest that was warned of, also where the workflow has others by now. */
export function warnMarks(warned: number | null, warnAt: readonly number[]): readonly WarnMark[] {
  const percents = new Set([...warnAt, ...(warned === null ? [] : [warned])]);
  return [...percents].sort((a, b) => a - b).map((percent) => ({ percent, given: percent <= (warned ?? 0) }));
}
