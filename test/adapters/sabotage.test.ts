import { expect, test } from 'vitest';
import { CASES } from './cases/index.ts';
import type { Driver } from './driver.ts';
import { functions } from './drivers/functions.ts';
import { SABOTAGE } from './sabotage/defects.ts';
import { playCell } from './suite/cell.ts';

/** Adapters that go wrong in one thing only: each case that is about this thing has to notice. */
const pairs = SABOTAGE.flatMap(({ name, defect, noticedBy }) =>
  noticedBy.map((wanted) => {
    const sabotaged: Driver = { ...functions, name, drive: (scene) => functions.drive(defect(scene)) };
    return [name, wanted, sabotaged] as const;
  }),
);

test.concurrent.each(pairs)(
  'an adapter that %s is noticed by %s',
  async (_, wanted, sabotaged) => {
    const one = CASES.find((candidate) => candidate.name === wanted);
    if (one === undefined) throw new Error(`there is no case ${wanted}`);
    expect(await playCell(sabotaged, one)).toMatchObject({ kind: 'broken' });
  },
  180_000,
);

test('no case is without an adapter that goes wrong in what it is about', () => {
  const noticing = new Set(SABOTAGE.flatMap(({ noticedBy }) => noticedBy));
  expect(CASES.filter(({ name }) => !noticing.has(name)).map(({ name }) => name)).toEqual([]);
});
