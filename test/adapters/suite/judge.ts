import type { Case } from '../cases/case.ts';
import type { Driver } from '../driver.ts';
import type { Cell } from './cell.ts';

/** The driver that goes round the gate on purpose. */
export const BYPASSING = 'bypassing';

/** What is wrong with the results, in words; empty where the suite passes. */
export function judge(
  cells: readonly Cell[],
  drivers: readonly Driver[],
  cases: readonly Case[],
): readonly string[] {
  const problems = drivers.flatMap(({ name }) =>
    cases.flatMap((one) => {
      const mine = cells.filter((cell) => cell.driver === name && cell.name === one.name);
      const [cell] = mine;
      if (cell === undefined || mine.length > 1)
        return [`${name} × ${one.name}: played ${mine.length} times`];
      const problem = name === BYPASSING ? notRed(cell) : notHolding(cell);
      return problem === undefined ? [] : [`${name} × ${one.name}: ${problem}`];
    }),
  );
  return problems;
}

function notHolding(cell: Cell): string | undefined {
  return cell.kind === 'broken' || cell.kind === 'crashed' ? `${cell.kind}: ${cell.why}` : undefined;
}

function notRed(cell: Cell): string | undefined {
  if (cell.kind === 'broken') return undefined;
  if (cell.kind === 'crashed') return `crashed, rather than turn red: ${cell.why}`;
  return 'passes for an adapter that goes round the gate, so the case cannot fail';
}

/** Drivers that are to be there, and are not. */
export function missingDrivers(expected: readonly string[], drivers: readonly Driver[]): readonly string[] {
  return expected
    .filter((name) => !drivers.some((driver) => driver.name === name))
    .map((name) => `${name}: there is no driver of this name`);
}
