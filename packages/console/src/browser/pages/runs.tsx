import { FINAL_STATUSES } from '@tollgate/contract';
import { Link } from 'react-router';
import { useRuns, useWorkflows } from '../api/queries.ts';
import type { Run } from '../api/shapes.ts';
import { lookOf } from '../format/words.ts';
import { Chip } from '../parts/chip.tsx';
import { Filters, Select, useFilters } from '../parts/filters.tsx';
import { List } from '../parts/list.tsx';
import { Total } from '../parts/money.tsx';
import { Page } from '../parts/page.tsx';
import { Id, Name, ShownOr } from '../parts/shown.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Utc } from '../parts/utc.tsx';

const STATUSES = [...FINAL_STATUSES, 'unsealed'].map(
  (word) => [word, lookOf('run_status', word).text] as const,
);

export function RunsPage() {
  const { values, set } = useFilters(['workflow', 'status']);
  const workflows = useWorkflows().data?.items ?? [];
  return (
    <Page title="Runs">
      <Filters label="Runs to show">
        <Select
          name="Workflow"
          value={values.workflow}
          onChange={(value) => set('workflow', value)}
          options={[
            ['', 'every workflow'],
            ...workflows.map(({ workflow }) => [workflow, workflow] as const),
          ]}
        />
        <Select
          name="Status"
          value={values.status}
          onChange={(value) => set('status', value)}
          options={[['', 'every status'], ...STATUSES]}
        />
      </Filters>
      <List query={useRuns(values)} one="run" none="No run is like that.">
        {(items) => <Table caption="Runs" columns={COLUMNS} rows={items} id={(run) => run.run_id} />}
      </List>
    </Page>
  );
}

const COLUMNS: readonly Column<Run>[] = [
  {
    name: 'Run',
    head: true,
    cell: (run) => (
      <Link to={`/runs/${encodeURIComponent(run.run_id)}`}>
        <Id value={run.run_id} />
      </Link>
    ),
  },
  {
    name: 'Workflow',
    cell: (run) => (
      <div>
        <Name text={run.workflow} />
        <div className="quiet">
          <ShownOr text={run.team} none="no team" />
        </div>
      </div>
    ),
  },
  { name: 'Status', cell: (run) => <Chip of="run_status" word={run.status} /> },
  { name: 'Started', cell: (run) => <Utc iso={run.started_at} /> },
  {
    name: 'Owner and initiator',
    cell: (run) => (
      <div>
        <ShownOr text={run.owner} none="nobody" />
        <div className="quiet">
          started by <ShownOr text={run.initiator} none="somebody unknown" />
        </div>
      </div>
    ),
  },
  {
    name: 'Cost',
    number: true,
    cell: ({ cost }) =>
      cost === null ? (
        <span className="none">not known</span>
      ) : (
        <Total usd={cost.usd} calls={cost.calls} unpriced={cost.unpriced_calls} />
      ),
  },
];
