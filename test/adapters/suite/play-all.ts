import type { Case } from '../cases/case.ts';
import type { Driver } from '../driver.ts';
import { type Cell, playCell } from './cell.ts';

/** Every case through every driver, a few at a time; case by case, so that drivers with processes of their own use the other cores. */
export async function playAll(
  drivers: readonly Driver[],
  cases: readonly Case[],
  atOnce: number,
  ended: (cell: Cell) => void,
): Promise<readonly Cell[]> {
  const todo = cases.flatMap((one) => drivers.map((driver) => [driver, one] as const));
  const cells: Cell[] = [];
  let next = 0;
  const player = async (): Promise<void> => {
    for (let mine = next++; mine < todo.length; mine = next++) {
      const [driver, one] = todo[mine] ?? [];
      if (driver === undefined || one === undefined) return;
      const cell = await playCell(driver, one);
      cells[mine] = cell;
      ended(cell);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, todo.length) }, player));
  return cells;
}
