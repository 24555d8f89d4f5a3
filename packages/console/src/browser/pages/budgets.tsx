import { BUDGET_PERIODS } from '@tollgate/contract';
import type { Budget } from '../api/budget-shapes.ts';
import { useBudgets, useWorkflows } from '../api/queries.ts';
import { limitText } from '../format/names.ts';
import { Filters, Select, useFilters } from '../parts/filters.tsx';
import { List } from '../parts/list.tsx';
import { Page } from '../parts/page.tsx';
import { BudgetTable } from './budget/budget-table.tsx';
import { ColumnsExplained } from './budget/columns-explained.tsx';
import { useBudgetContext } from './budget/use-budget-context.ts';

export function BudgetsPage() {
  const { values, set } = useFilters(['period', 'workflow'], { period: 'per_day' });
  const workflows = useWorkflows().data?.items ?? [];
  return (
    <Page
      title="Budgets"
      lead="What stands against each limit, as the ledger has it that agents reserve from before they call a model."
    >
      <Filters label="Budgets to show">
        <Select
          name="Limit of"
          value={values.period}
          onChange={(value) => set('period', value)}
          options={[
            ...BUDGET_PERIODS.map((period) => [period, limitText(period)] as const),
            ['', 'all of them'],
          ]}
        />
        <Select
          name="Workflow"
          value={values.workflow}
          onChange={(value) => set('workflow', value)}
          options={[
            ['', 'every workflow'],
            ...workflows.map(({ workflow }) => [workflow, workflow] as const),
          ]}
        />
      </Filters>
      <List query={useBudgets(values)} one="budget" none="No agent has drawn on such a budget yet.">
        {(items) => <Rows items={items} workflow={values.workflow} />}
      </List>
      <ColumnsExplained />
    </Page>
  );
}

function Rows({ items, workflow }: { readonly items: readonly Budget[]; readonly workflow: string }) {
  const context = useBudgetContext(items, { workflow });
  return <BudgetTable items={items} context={context} workflows />;
}
