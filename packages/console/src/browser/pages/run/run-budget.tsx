import { useBudgets } from '../../api/queries.ts';
import type { Cost, Run } from '../../api/shapes.ts';
import { Panel } from '../../parts/page.tsx';
import { Answered, Empty } from '../../parts/states.tsx';
import { BudgetTable } from '../budget/budget-table.tsx';
import { useRunBudgetContext } from '../budget/use-budget-context.ts';

/** The ledger's account of this run, beside what its model calls cost. */
export function RunBudget({ run, cost }: { readonly run: Run; readonly cost: Cost }) {
  const query = useBudgets({ run_id: run.run_id });
  const context = useRunBudgetContext(run.workflow, cost);
  return (
    <Panel id="run-budget" title="Budget of this run">
      <Answered query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty>It reserved nothing from a budget.</Empty>
          ) : (
            <BudgetTable items={items} context={context} caption="Budget of this run" />
          )
        }
      </Answered>
    </Panel>
  );
}
