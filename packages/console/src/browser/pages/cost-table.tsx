import type { CostRow, Costs } from '../api/shapes.ts';
import { dayText } from '../format/days.ts';
import { compareDecimals, largest, mostDecimals } from '../format/decimal.ts';
import { Bar } from '../parts/bar.tsx';
import { Count, UnpricedShare, Usd } from '../parts/money.tsx';
import { Name, ShownOr } from '../parts/shown.tsx';
import { Empty } from '../parts/states.tsx';
import { AS, type Column, Table } from '../parts/table.tsx';
import type { CostGroup } from './cost-groups.ts';

/** Costs by group with a bar each, and under them the whole. How much is unpriced stands in every row. */
export function CostTable({
  costs,
  groups,
}: {
  readonly costs: Costs;
  readonly groups: readonly CostGroup[];
}) {
  if (costs.items.length === 0) return <Empty>No model call in this time.</Empty>;
  const rows = sorted(costs.items, groups);
  const amounts = rows.map((row) => row.cost_usd);
  const decimals = mostDecimals([...amounts, costs.total.cost_usd]);
  return (
    <Table
      caption={`Cost by ${groups.join(' and ')}`}
      columns={[...groups.map(groupColumn), ...amountColumns(largest(amounts), decimals)]}
      rows={rows}
      id={(row) => groups.map((group) => row[group]).join('\u0000')}
      foot={<Foot total={costs.total} span={groups.length} decimals={decimals} />}
    />
  );
}

/** By day in order of time, anything else with the most expensive first. */
function sorted(items: readonly CostRow[], groups: readonly CostGroup[]): readonly CostRow[] {
  return [...items].sort((a, b) => {
    const days = groups.includes('day') ? (b.day ?? '').localeCompare(a.day ?? '') : 0;
    return days !== 0 ? days : compareDecimals(b.cost_usd, a.cost_usd);
  });
}

function groupColumn(group: CostGroup, index: number): Column<CostRow> {
  return {
    name: group.charAt(0).toUpperCase() + group.slice(1),
    head: index === 0,
    cell: (row) => {
      const value = row[group];
      if (value === null) return <ShownOr text={null} none="not stated" />;
      return <Name text={group === 'day' ? dayText(value) : value} />;
    },
  };
}

function amountColumns(top: string, decimals: number): readonly Column<CostRow>[] {
  return [
    { name: 'Share', cell: (row) => <Bar amount={row.cost_usd} largest={top} /> },
    { name: 'Cost', number: true, cell: (row) => <Usd amount={row.cost_usd} decimals={decimals} /> },
    { name: 'Unpriced', cell: (row) => <UnpricedShare calls={row.calls} unpriced={row.unpriced_calls} /> },
    { name: 'Calls', number: true, cell: (row) => <Count value={row.calls} /> },
    { name: 'Input tokens', number: true, cell: (row) => tokens(row.input_tokens) },
    { name: 'Output tokens', number: true, cell: (row) => tokens(row.output_tokens) },
  ];
}

function tokens(count: number | null) {
  return count === null ? <span className="none">unknown</span> : <Count value={count} />;
}

function Foot({
  total,
  span,
  decimals,
}: {
  readonly total: CostRow;
  readonly span: number;
  readonly decimals: number;
}) {
  return (
    <tfoot {...AS.rowgroup}>
      <tr {...AS.row}>
        <th {...AS.rowheader} scope="row" colSpan={span + 1}>
          Total
        </th>
        <td {...AS.cell} className="number" data-column="Cost">
          <Usd amount={total.cost_usd} decimals={decimals} />
        </td>
        <td {...AS.cell} data-column="Unpriced">
          <UnpricedShare calls={total.calls} unpriced={total.unpriced_calls} />
        </td>
        <td {...AS.cell} className="number" data-column="Calls">
          <Count value={total.calls} />
        </td>
        <td {...AS.cell} className="number" data-column="Input tokens">
          {tokens(total.input_tokens)}
        </td>
        <td {...AS.cell} className="number" data-column="Output tokens">
          {tokens(total.output_tokens)}
        </td>
      </tr>
    </tfoot>
  );
}
