import { useCosts } from '../api/queries.ts';
import { dayEnd, dayStart, daysAgo } from '../format/days.ts';
import { DateField, Filters, Select, useFilters } from '../parts/filters.tsx';
import { Total } from '../parts/money.tsx';
import { Page, Panel } from '../parts/page.tsx';
import { Answered } from '../parts/states.tsx';
import { COST_GROUPS, parseGroups } from './cost-groups.ts';
import { CostTable } from './cost-table.tsx';

const OPTIONS = [
  ...COST_GROUPS.map((group) => [group, group] as const),
  ['workflow,day', 'workflow and day'],
  ['model,day', 'model and day'],
] as const;

export function CostsPage() {
  const { values, set } = useFilters(['by', 'from', 'to'], {
    by: 'workflow',
    from: daysAgo(29, Date.now()),
    to: daysAgo(0, Date.now()),
  });
  const groups = parseGroups(values.by);
  const query = useCosts({ group_by: groups.join(','), from: dayStart(values.from), to: dayEnd(values.to) });
  return (
    <Page
      title="Costs"
      lead="Each model call counts once. A call without a price is unpriced, which is not zero: it stands beside every total."
    >
      <Filters label="Costs to show">
        <Select
          name="Grouped by"
          value={values.by}
          onChange={(value) => set('by', value)}
          options={OPTIONS}
        />
        <DateField name="From (UTC day)" value={values.from} onChange={(value) => set('from', value)} />
        <DateField name="To (UTC day, included)" value={values.to} onChange={(value) => set('to', value)} />
      </Filters>
      <Answered query={query}>
        {(costs) => (
          <Panel
            id="cost-table"
            title={`By ${groups.join(' and ')}`}
            aside={
              <Total
                usd={costs.total.cost_usd}
                calls={costs.total.calls}
                unpriced={costs.total.unpriced_calls}
              />
            }
          >
            <CostTable costs={costs} groups={groups} />
          </Panel>
        )}
      </Answered>
    </Page>
  );
}
