import { Link } from 'react-router';
import { useSamples } from '../api/queries.ts';
import type { Sample } from '../api/shapes.ts';
import { epochMs } from '../format/time.ts';
import { lookOf } from '../format/words.ts';
import { Chip } from '../parts/chip.tsx';
import { DueDate } from '../parts/due.tsx';
import { Filters, Select, useFilters } from '../parts/filters.tsx';
import { List } from '../parts/list.tsx';
import { Page } from '../parts/page.tsx';
import { Id, Name, ShownOr } from '../parts/shown.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Utc } from '../parts/utc.tsx';
import { ReviewReportPanel } from './review-report.tsx';

const STATES = ['pending', 'overdue', 'reviewed'] as const;

export function ReviewsPage() {
  const { values, set } = useFilters(['state'], { state: 'pending' });
  return (
    <Page
      title="Reviews"
      lead="Class-2 actions chosen for a person to look at, by a rule that no agent can influence."
    >
      <Filters label="Reviews to show">
        <Select
          name="State"
          value={values.state}
          onChange={(value) => set('state', value)}
          options={[
            ...STATES.map((word) => [word, lookOf('sample_state', word).text] as const),
            ['', 'every state'],
          ]}
        />
      </Filters>
      <List query={useSamples(values)} one="sample" none="No sample is like that.">
        {(items) => <SampleTable items={dueFirst(items)} />}
      </List>
      <ReviewReportPanel />
    </Page>
  );
}

/** Each sample once, the longest overdue first. */
export function dueFirst(items: readonly Sample[]): readonly Sample[] {
  const once = [...new Map(items.map((item) => [item.sample_id, item])).values()];
  return once.sort((a, b) => (epochMs(a.due_at) ?? 0) - (epochMs(b.due_at) ?? 0));
}

export function SampleTable({ items }: { readonly items: readonly Sample[] }) {
  return <Table caption="Samples" columns={COLUMNS} rows={items} id={(one) => one.sample_id} />;
}

const COLUMNS: readonly Column<Sample>[] = [
  {
    name: 'Action',
    head: true,
    cell: (one) => (
      <Link to={`/reviews/${encodeURIComponent(one.sample_id)}`}>
        <ShownOr text={one.tool ?? one.action} none="unnamed" />
      </Link>
    ),
  },
  { name: 'Workflow', cell: (one) => <Name text={one.workflow} /> },
  {
    name: 'Run',
    cell: (one) => (
      <Link to={`/runs/${encodeURIComponent(one.run_id)}`}>
        <Id value={one.run_id} />
      </Link>
    ),
  },
  { name: 'State', cell: (one) => <Chip of="sample_state" word={one.state} /> },
  { name: 'Due', cell: (one) => <DueDate iso={one.due_at} done={one.state === 'reviewed'} /> },
  { name: 'Claimed by', cell: (one) => <ShownOr text={one.assigned_to} none="nobody" /> },
  {
    name: 'Reviewed',
    cell: (one) =>
      one.verdict === null ? (
        <span className="none">not yet</span>
      ) : (
        <>
          <Chip of="review_verdict" word={one.verdict} /> <Utc iso={one.reviewed_at} />
        </>
      ),
  },
];
