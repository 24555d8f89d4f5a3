import { rounded } from '../../figures.ts';
import type { Read } from '../reads/read.ts';
import type { MeasuredRead, Side } from './measure-read.ts';

/** A measured read as lines of a table. */
export function shownRead({ name, what, wantedMs }: Read, { ours, theirs }: MeasuredRead): readonly string[] {
  const wanted = wantedMs === undefined ? '' : `; wanted: p95 under ${wantedMs} ms`;
  return [
    '',
    `${name}: ${what}${wanted}`,
    `  ${'ms'.padEnd(16)}${COLUMNS.map((column) => column.padStart(12)).join('')}`,
    line('ours', ours),
    ...(theirs === undefined ? [] : [line('default table', theirs)]),
  ];
}

const COLUMNS = ['p50', 'p95', 'p99', 'readings', 'rows read', 'MiB read'] as const;

function line(side: string, { ms, rows, bytes }: Side): string {
  const cells = [ms.median, ms.p95, ms.p99, ms.count, rows, bytes / 1024 ** 2].map((cell) =>
    String(rounded(cell)).padStart(12),
  );
  return `  ${side.padEnd(16)}${cells.join('')}`;
}
