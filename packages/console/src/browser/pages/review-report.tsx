import { useReviewReport } from '../api/queries.ts';
import type { ReviewReport } from '../api/review-report-shapes.ts';
import { countText } from '../format/count.ts';
import { Panel } from '../parts/page.tsx';
import { Name } from '../parts/shown.tsx';
import { Answered, Empty } from '../parts/states.tsx';
import { type Column, Table } from '../parts/table.tsx';

/** What became of the samples, by workflow: whether people look, and in time. */
export function ReviewReportPanel() {
  return (
    <Panel id="review-report" title="How reviews went">
      <Answered query={useReviewReport()}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty>No class-2 action has run yet.</Empty>
          ) : (
            <Table caption="Reviews by workflow" columns={COLUMNS} rows={items} id={(one) => one.workflow} />
          )
        }
      </Answered>
    </Panel>
  );
}

const numbered = (name: string, of: (one: ReviewReport) => number): Column<ReviewReport> => ({
  ...{ name, number: true },
  cell: (one) => countText(of(one)),
});

const COLUMNS: readonly Column<ReviewReport>[] = [
  { name: 'Workflow', head: true, cell: (one) => <Name text={one.workflow} /> },
  numbered('Class-2 actions', ({ actions }) => actions),
  numbered('Chosen', ({ samples }) => samples),
  numbered('Reviewed in time', ({ reviewed_in_time }) => reviewed_in_time),
  numbered('Reviewed late', ({ reviewed_late }) => reviewed_late),
  numbered('Overdue', ({ overdue }) => overdue),
  numbered('Pending', ({ pending }) => pending),
];
