import { Link } from 'react-router';
import { useWorkflows } from '../api/queries.ts';
import type { WorkflowSummary } from '../api/workflow-shapes.ts';
import { Badge } from '../parts/chip.tsx';
import { List } from '../parts/list.tsx';
import { Page } from '../parts/page.tsx';
import { Id, Shown } from '../parts/shown.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Utc } from '../parts/utc.tsx';

export function WorkflowsPage() {
  return (
    <Page title="Workflows" lead="What each agent may do, who owns it, and whether it may run.">
      <List query={useWorkflows()} one="workflow" none="No workflow is registered yet.">
        {(items) => <Table caption="Workflows" columns={COLUMNS} rows={items} id={(one) => one.workflow} />}
      </List>
    </Page>
  );
}

const COLUMNS: readonly Column<WorkflowSummary>[] = [
  {
    name: 'Workflow',
    head: true,
    cell: (one) => (
      <Link to={`/workflows/${encodeURIComponent(one.workflow)}`}>
        <Shown text={one.workflow} />
      </Link>
    ),
  },
  { name: 'Owner', cell: (one) => <Shown text={one.owner} /> },
  { name: 'Team', cell: (one) => <Shown text={one.team} /> },
  { name: 'State', cell: (one) => <WorkflowState suspended={one.suspended} /> },
  { name: 'Policy version', cell: (one) => <Id value={one.policy_version} /> },
  { name: 'Registered', cell: (one) => <Utc iso={one.registered_at} /> },
];

export function WorkflowState({ suspended }: { readonly suspended: boolean }) {
  return suspended ? (
    <Badge look={{ tone: 'bad', text: 'suspended' }} />
  ) : (
    <Badge look={{ tone: 'good', text: 'may run' }} />
  );
}
