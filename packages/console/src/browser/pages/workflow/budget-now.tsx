import { Link } from 'react-router';
import { useBudgets } from '../../api/queries.ts';
import { Panel } from '../../parts/page.tsx';
import { Answered, Empty } from '../../parts/states.tsx';
import { BudgetTable } from '../budget/budget-table.tsx';
import { ColumnsExplained } from '../budget/columns-explained.tsx';
import { useBudgetContext } from '../budget/use-budget-context.ts';

/** What stands against the limits of the newest month and days. */
export function BudgetNow({ workflow }: { readonly workflow: string }) {
  const months = useBudgets({ workflow, period: 'per_month', limit: '1' });
  const days = useBudgets({ workflow, period: 'per_day', limit: '3' });
  const items = [...(months.data?.items ?? []), ...(days.data?.items ?? [])];
  const context = useBudgetContext(items, { workflow });
  return (
    <Panel
      id="budget-now"
      title="What is left of the budget"
      aside={<Link to={`/budgets?${new URLSearchParams({ workflow, period: 'per_run' })}`}>By run</Link>}
    >
      <Answered query={months}>
        {() => (
          <Answered query={days}>
            {() =>
              items.length === 0 ? (
                <Empty>No agent has drawn on it yet.</Empty>
              ) : (
                <BudgetTable items={items} context={context} caption="What is left of the budget" />
              )
            }
          </Answered>
        )}
      </Answered>
      <ColumnsExplained />
    </Panel>
  );
}
