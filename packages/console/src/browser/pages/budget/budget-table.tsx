import { Link } from 'react-router';
import type { Budget } from '../../api/budget-shapes.ts';
import { warnMarks } from '../../format/budget.ts';
import { compareDecimals, mostDecimals, percentText } from '../../format/decimal.ts';
import { limitText } from '../../format/names.ts';
import { Badge } from '../../parts/chip.tsx';
import { Gauge } from '../../parts/gauge.tsx';
import { UnpricedShare, Usd } from '../../parts/money.tsx';
import { Id, Name, Shown } from '../../parts/shown.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { Utc } from '../../parts/utc.tsx';
import type { BudgetContext } from './use-budget-context.ts';

interface Props {
  readonly items: readonly Budget[];
  readonly context: BudgetContext;
  readonly caption?: string;
  /** Whether rows are of several workflows. */
  readonly workflows?: boolean;
}

/** What stands against each limit. Amounts leave unpriced calls out, so how many there are stands in every row. */
export function BudgetTable({ items, context, caption = 'Budgets', workflows = false }: Props) {
  const columns: readonly Column<Budget>[] = [
    { name: 'Of', head: true, cell: (one) => <Of budget={one} workflows={workflows} /> },
    { name: 'Used', cell: (one) => <Used budget={one} warnAt={context.warnAtOf(one.workflow)} /> },
    ...amounts(items),
    { name: 'Not in it', cell: (one) => <Unpriced budget={one} context={context} /> },
    { name: 'Changed', cell: (one) => <Utc iso={one.updated_at} /> },
  ];
  return <Table caption={caption} columns={columns} rows={items} id={rowId} />;
}

const rowId = ({ limit, workflow, name }: Budget): string => `${limit} ${workflow} ${name}`;

function Of({ budget, workflows }: { readonly budget: Budget; readonly workflows: boolean }) {
  const { limit, name, workflow } = budget;
  return (
    <div>
      {limit === 'per_run' ? (
        <Link to={`/runs/${encodeURIComponent(name)}`}>
          <Id value={name} />
        </Link>
      ) : (
        <Shown text={name} />
      )}
      <div className="quiet">{limitText(limit)}</div>
      {workflows && (
        <div>
          <Link to={`/workflows/${encodeURIComponent(workflow)}`}>
            <Name text={workflow} />
          </Link>
        </div>
      )}
    </div>
  );
}

function Used({ budget, warnAt }: { readonly budget: Budget; readonly warnAt: readonly number[] }) {
  const { spent_usd, reserved_usd, limit_usd, warned_percent } = budget;
  if (limit_usd === null) return <span className="none">no limit</span>;
  const marks = warnMarks(warned_percent, warnAt);
  const over = compareDecimals(spent_usd, limit_usd) > 0;
  return (
    <div className="used">
      <Gauge
        spent={spent_usd}
        reserved={reserved_usd}
        limit={limit_usd}
        marks={marks.map(({ percent }) => percent)}
      />
      <div>
        {percentText(spent_usd, limit_usd) ?? 'nothing'} spent{' '}
        {over && <Badge look={{ tone: 'bad', text: 'over the limit' }} />}
      </div>
      <WarnMarks marks={marks} />
    </div>
  );
}

/** Warnings that were given, marked; and those that are still to come. */
function WarnMarks({ marks }: { readonly marks: ReturnType<typeof warnMarks> }) {
  const given = marks.filter((mark) => mark.given).map(({ percent }) => percent);
  const ahead = marks.filter((mark) => !mark.given).map(({ percent }) => percent);
  const tone = Math.max(0, ...given) >= 95 ? 'bad' : 'warn';
  return (
    <>
      {given.length > 0 && <Badge look={{ tone, text: `warned at ${percents(given)}` }} />}
      {ahead.length > 0 && <div className="quiet">warns at {percents(ahead)}</div>}
    </>
  );
}

const percents = (all: readonly number[]): string => `${all.join(', ')}\u00a0%`;

function amounts(items: readonly Budget[]): readonly Column<Budget>[] {
  const columns = [
    ['Limit', 'limit_usd'],
    ['Spent', 'spent_usd'],
    ['Reserved', 'reserved_usd'],
    ['Unsettled', 'unsettled_usd'],
    ['Available', 'available_usd'],
  ] as const;
  return columns.map(([name, field]) => {
    const decimals = mostDecimals(items.flatMap((one) => one[field] ?? []));
    return {
      name,
      number: true,
      cell: (one) =>
        one[field] === null ? (
          <span className="none">no limit</span>
        ) : (
          <Usd amount={one[field]} decimals={decimals} />
        ),
    };
  });
}

function Unpriced({ budget, context }: { readonly budget: Budget; readonly context: BudgetContext }) {
  const share = context.shareOf(budget);
  if (share !== undefined)
    return (
      <div className="not-in-it">
        <UnpricedShare {...share} />
      </div>
    );
  return budget.limit === 'per_run' ? (
    <span className="quiet">see its run</span>
  ) : (
    <span className="none">not known here</span>
  );
}
