import { APPROVAL_STATES } from '@tollgate/contract';
import { Link } from 'react-router';
import { useApprovals } from '../api/queries.ts';
import type { ApprovalSummary } from '../api/shapes.ts';
import { lookOf } from '../format/words.ts';
import { Chip, ClassChip } from '../parts/chip.tsx';
import { Countdown } from '../parts/due.tsx';
import { Filters, Select, useFilters } from '../parts/filters.tsx';
import { List } from '../parts/list.tsx';
import { Page } from '../parts/page.tsx';
import { Name, Shown, ShownOr } from '../parts/shown.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Utc } from '../parts/utc.tsx';

export function ApprovalsPage() {
  const { values, set } = useFilters(['state'], { state: 'waiting' });
  return (
    <Page
      title="Approvals"
      lead="Class-3 actions that run only once a named person approves exactly what they do."
    >
      <Filters label="Approvals to show">
        <Select
          name="State"
          value={values.state}
          onChange={(value) => set('state', value)}
          options={[
            ...APPROVAL_STATES.map((word) => [word, lookOf('approval_state', word).text] as const),
            ['', 'every state'],
          ]}
        />
      </Filters>
      <List query={useApprovals(values)} one="approval" none="No approval is like that.">
        {(items) => <ApprovalTable items={items} />}
      </List>
    </Page>
  );
}

export function ApprovalTable({ items }: { readonly items: readonly ApprovalSummary[] }) {
  return <Table caption="Approvals" columns={COLUMNS} rows={items} id={(one) => one.approval_id} />;
}

const COLUMNS: readonly Column<ApprovalSummary>[] = [
  {
    name: 'Call',
    head: true,
    cell: (one) => (
      <Link to={`/approvals/${encodeURIComponent(one.approval_id)}`}>
        <Shown text={one.tool} />
      </Link>
    ),
  },
  { name: 'Action', cell: (one) => <ShownOr text={one.action} /> },
  { name: 'Class', cell: (one) => <ClassChip value={one.action_class} /> },
  { name: 'Workflow', cell: (one) => <Name text={one.workflow} /> },
  { name: 'Initiator', cell: (one) => <ShownOr text={one.initiator} none="not stated" /> },
  { name: 'State', cell: (one) => <Chip of="approval_state" word={one.state} /> },
  { name: 'Requested', cell: (one) => <Utc iso={one.requested_at} /> },
  {
    name: 'Expires',
    cell: (one) =>
      one.state === 'waiting' ? <Countdown iso={one.expires_at} /> : <Utc iso={one.expires_at} />,
  },
];
