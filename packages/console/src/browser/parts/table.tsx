import type { ReactNode } from 'react';

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

/** A table that scrolls within itself where the window is narrow, by keyboard too. */
export function Table<T>({ caption, columns, rows, id, foot }: TableProps<T>) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard
    <section className="table-scroll" aria-label={caption} tabIndex={0}>
      <table>
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.name} scope="col" className={column.number ? 'number' : undefined}>
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={id(row)}>{columns.map((column) => cell(column, row))}</tr>
          ))}
        </tbody>
        {foot}
      </table>
    </section>
  );
}

function cell<T>(column: Column<T>, row: T): ReactNode {
  const className = column.number ? 'number' : undefined;
  return column.head ? (
    <th key={column.name} scope="row" className={className}>
      {column.cell(row)}
    </th>
  ) : (
    <td key={column.name} className={className}>
      {column.cell(row)}
    </td>
  );
}
