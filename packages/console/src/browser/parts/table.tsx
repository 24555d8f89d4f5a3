import type { ReactNode } from 'react';
import { Scroll } from './scroll.tsx';

export interface Column<T> {
  readonly name: string;
  readonly cell: (row: T) => ReactNode;
  /** Amounts and counts stand to the right. */
  readonly number?: boolean;
  /** The cell that names its row. */
  readonly head?: boolean;
}

interface TableProps<T> {
  readonly caption: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly id: (row: T) => string;
  readonly foot?: ReactNode;
}

/**
 * A table that scrolls within itself where it does not fit, by keyboard too. In a narrow window its rows become cards,
 * each cell with the name of its column; the roles keep it a table for readers there, which `display: block` would end.
 */
export function Table<T>({ caption, columns, rows, id, foot }: TableProps<T>) {
  return (
    <Scroll className="table-scroll" label={caption}>
      <table {...AS.table}>
        <caption className="visually-hidden">{caption}</caption>
        <thead {...AS.rowgroup}>
          <tr {...AS.row}>
            {columns.map((column) => (
              <th
                key={column.name}
                {...AS.columnheader}
                scope="col"
                className={column.number ? 'number' : undefined}
              >
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody {...AS.rowgroup}>
          {rows.map((row) => (
            <tr key={id(row)} {...AS.row}>
              {columns.map((column) => cell(column, row))}
            </tr>
          ))}
        </tbody>
        {foot}
      </table>
    </Scroll>
  );
}

export const AS = {
  table: { role: 'table' },
  rowgroup: { role: 'rowgroup' },
  row: { role: 'row' },
  cell: { role: 'cell' },
  columnheader: { role: 'columnheader' },
  rowheader: { role: 'rowheader' },
} as const;

function cell<T>(column: Column<T>, row: T): ReactNode {
  const shared = { className: column.number ? 'number' : undefined, 'data-column': column.name };
  return column.head ? (
    <th key={column.name} {...AS.rowheader} scope="row" {...shared}>
      {column.cell(row)}
    </th>
  ) : (
    <td key={column.name} {...AS.cell} {...shared}>
      {column.cell(row)}
    </td>
  );
}
