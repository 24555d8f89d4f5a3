import { styleText } from 'node:util';
import type { Case } from '../cases/case.ts';
import type { Driver } from '../driver.ts';
import type { Cell } from './cell.ts';
import { BYPASSING } from './judge.ts';
import { versionOf } from './versions.ts';

const SIGNS = { holds: 'ok', not_applicable: 'n/a', broken: 'RED', crashed: 'CRASH' } as const;

/** One line when a cell is over. */
export function progressLine(cell: Cell, nth: number, of: number): string {
  const why =
    'why' in cell && cell.driver !== BYPASSING && cell.kind !== 'not_applicable' ? `\n  ${cell.why}` : '';
  return `${String(nth).padStart(4)}/${of} ${coloured(cell).padEnd(5)} ${cell.driver} × ${cell.name} (${Math.round(cell.ms)} ms)${why}`;
}

/** The matrix as text: a line for each case, a column for each driver. */
export function matrixText(
  cells: readonly Cell[],
  drivers: readonly Driver[],
  cases: readonly Case[],
): string {
  const width = Math.max(...cases.map(({ name }) => name.length)) + 2;
  const widths = drivers.map(({ name }) => Math.max(name.length, 5) + 2);
  const heading = ' '.repeat(width) + drivers.map(({ name }, n) => name.padEnd(widths[n] ?? 0)).join('');
  const lines = cases.map(({ name }) => {
    const signs = drivers.map((driver, n) => {
      const cell = cells.find((one) => one.driver === driver.name && one.name === name);
      const sign = cell === undefined ? '?' : SIGNS[cell.kind];
      return (
        (cell === undefined ? sign : coloured(cell)) + ' '.repeat(Math.max(0, (widths[n] ?? 0) - sign.length))
      );
    });
    return name.padEnd(width) + signs.join('').trimEnd();
  });
  return [heading.trimEnd(), ...lines, '', ...drivers.map(driverLine), ...reasons(cells)].join('\n');
}

function driverLine(driver: Driver): string {
  const version = driver.packageName === null ? 'no package' : `${driver.packageName} ${versionOf(driver)}`;
  return `${driver.name}: ${driver.title} (${version})`;
}

/** Why a driver has cells that are not applicable; one line each. */
function reasons(cells: readonly Cell[]): readonly string[] {
  return [
    ...new Set(
      cells.flatMap((cell) =>
        cell.kind === 'not_applicable' ? [`n/a for ${cell.driver}: ${cell.why}`] : [],
      ),
    ),
  ];
}

function coloured(cell: Cell): string {
  const expected =
    cell.driver === BYPASSING ? cell.kind === 'broken' : cell.kind !== 'broken' && cell.kind !== 'crashed';
  return styleText(expected ? 'green' : 'red', SIGNS[cell.kind]);
}
