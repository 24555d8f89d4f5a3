import type { Budget } from '../../api/budget-shapes.ts';
import { useCosts, useRuns, useWorkflowsByName } from '../../api/queries.ts';
import type { Cost } from '../../api/shapes.ts';
import { firstDay, type PricedShare, pricedShare } from '../../format/budget.ts';
import { dayStart } from '../../format/days.ts';

/** What the ledger does not know: how much of the spend has no price, and when the workflow warns. */
export interface BudgetContext {
  readonly shareOf: (budget: Budget) => PricedShare | undefined;
  readonly warnAtOf: (workflow: string) => readonly number[];
}

export function useBudgetContext(
  budgets: readonly Budget[],
  { workflow }: { readonly workflow?: string | undefined } = {},
): BudgetContext {
  const first = firstDay(budgets);
  const from = first === undefined ? undefined : dayStart(first);
  const costs = useCosts({ group_by: 'workflow,day', from, workflow }, from !== undefined);
  const runs = useRuns(
    { workflow, limit: '200' },
    budgets.some(({ limit }) => limit === 'per_run'),
  );
  const workflows = useWorkflowsByName([...new Set(budgets.map((one) => one.workflow))].sort());
  const known = { days: costs.data?.items, runs: runs.data?.items };
  return {
    shareOf: (budget) => pricedShare(budget, known),
    warnAtOf: (name) =>
      workflows.find((one) => one.workflow === name)?.requirements.budget_limit.warn_at_percent ?? [],
  };
}

/** The same for the budget of one run, whose cost is on the page already. */
export function useRunBudgetContext(workflow: string, cost: Cost): BudgetContext {
  const [found] = useWorkflowsByName([workflow]);
  return {
    shareOf: () => ({ calls: cost.calls, unpriced: cost.unpriced_calls }),
    warnAtOf: () => found?.requirements.budget_limit.warn_at_percent ?? [],
  };
}
