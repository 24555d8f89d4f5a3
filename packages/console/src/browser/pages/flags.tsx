import { FLAG_STATES } from '@tollgate/contract';
import { Link } from 'react-router';
import { useFlags, useWorkflows } from '../api/queries.ts';
import type { Flag } from '../api/shapes.ts';
import { CONTROL_NAMES, controlText } from '../format/names.ts';
import { lookOf } from '../format/words.ts';
import { Chip } from '../parts/chip.tsx';
import { DueDate } from '../parts/due.tsx';
import { Filters, Select, useFilters } from '../parts/filters.tsx';
import { List } from '../parts/list.tsx';
import { Page } from '../parts/page.tsx';
import { Name, Shown, ShownOr } from '../parts/shown.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Utc } from '../parts/utc.tsx';

const SEVERITIES = ['critical', 'warning', 'info'] as const;

export function FlagsPage() {
  const { values, set } = useFilters(['state', 'severity', 'workflow', 'control'], { state: 'open' });
  const workflows = useWorkflows().data?.items ?? [];
  return (
    <Page title="Flags" lead="What the controls found in the stored evidence.">
      <Filters label="Flags to show">
        <Select
          name="State"
          value={values.state}
          onChange={(value) => set('state', value)}
          options={[
            ...FLAG_STATES.map((word) => [word, lookOf('flag_state', word).text] as const),
            ['', 'every state'],
          ]}
        />
        <Select
          name="Severity"
          value={values.severity}
          onChange={(value) => set('severity', value)}
          options={[['', 'every severity'], ...SEVERITIES.map((word) => [word, word] as const)]}
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
        <Select
          name="Control"
          value={values.control}
          onChange={(value) => set('control', value)}
          options={[['', 'every control'], ...CONTROL_NAMES.map((one) => [one, controlText(one)] as const)]}
        />
      </Filters>
      <List query={useFlags(values)} one="flag" none="No flag is like that.">
        {(items) => <FlagTable items={items} />}
      </List>
    </Page>
  );
}

export function FlagTable({ items }: { readonly items: readonly Flag[] }) {
  return <Table caption="Flags" columns={COLUMNS} rows={items} id={(flag) => flag.flag_id} />;
}

const COLUMNS: readonly Column<Flag>[] = [
  { name: 'Severity', cell: (flag) => <Chip of="severity" word={flag.severity} /> },
  {
    name: 'Finding',
    head: true,
    cell: (flag) => (
      <Link className="wrap" to={`/flags/${encodeURIComponent(flag.flag_id)}`}>
        <Shown text={flag.summary} />
      </Link>
    ),
  },
  { name: 'Control', cell: (flag) => <Shown text={controlText(flag.control)} /> },
  {
    name: 'Workflow',
    cell: (flag) => (flag.workflow === null ? <ShownOr text={null} /> : <Name text={flag.workflow} />),
  },
  { name: 'State', cell: (flag) => <Chip of="flag_state" word={flag.state} /> },
  { name: 'Raised', cell: (flag) => <Utc iso={flag.raised_at} /> },
  {
    name: 'Due',
    cell: (flag) =>
      flag.due_at === null ? (
        <span className="none">no date</span>
      ) : (
        <DueDate iso={flag.due_at} done={flag.state === 'resolved' || flag.state === 'cleared'} />
      ),
  },
];
