import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CASES, CHAPTERS } from './cases/index.ts';
import { aiSdk } from './drivers/ai-sdk.ts';
import { bypassing } from './drivers/bypassing.ts';
import { functions } from './drivers/functions.ts';
import { DRIVERS, EXPECTED_DRIVERS } from './drivers/index.ts';
import { type Cell, playCell } from './suite/cell.ts';
import { documentText } from './suite/document.ts';
import { BYPASSING, judge, missingDrivers } from './suite/judge.ts';

/** A busy machine plays some cells again. */
const PATIENCE_MS = 180_000;

/** The whole table is `pnpm conformance`; here are the adapters that need no other process. */
describe.each([functions, aiSdk])('$title', (driver) => {
  test.concurrent.each(CASES)(
    '$name',
    async (one) => {
      expect(await playCell(driver, one)).toMatchObject({ kind: 'holds' });
    },
    PATIENCE_MS,
  );
});

describe('an adapter that goes round the gate turns every case red', () => {
  test.concurrent.each(CASES)(
    '$name',
    async (one) => {
      expect(await playCell(bypassing, one)).toMatchObject({ kind: 'broken' });
    },
    PATIENCE_MS,
  );
});

/** What a passing suite has seen. */
function allAsItShouldBe(): readonly Cell[] {
  return DRIVERS.flatMap((driver) =>
    CASES.map((one): Cell => {
      const about = { driver: driver.name, name: one.name, ms: 0, replays: 0 };
      if (driver.name === BYPASSING) return { ...about, kind: 'broken', why: '' };
      if (one.needs === 'models' && 'none' in driver.models)
        return { ...about, kind: 'not_applicable', why: driver.models.none };
      return { ...about, kind: 'holds' };
    }),
  );
}

describe('the table', () => {
  test('has every adapter, in the order of the matrix', () => {
    expect(missingDrivers(EXPECTED_DRIVERS, DRIVERS)).toEqual([]);
    expect(DRIVERS.map(({ name }) => name)).toEqual(EXPECTED_DRIVERS);
  });

  test('has cases with names of their own', () => {
    const names = CASES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name))).toEqual([]);
    expect(names.length).toBeGreaterThanOrEqual(30);
  });

  test('is what docs/adapters.md shows (npm run conformance -- --write mends it)', () => {
    const shown = readFileSync(new URL('../../docs/adapters.md', import.meta.url), 'utf8');
    expect(shown).toBe(documentText(allAsItShouldBe(), DRIVERS, CHAPTERS));
  });

  test('fails for a missing cell, a broken one, and one that goes round the gate and passes', () => {
    const cells = allAsItShouldBe();
    const [first, ...rest] = cells;
    if (first === undefined) throw new Error('there are no cells');
    expect(judge(cells, DRIVERS, CASES)).toEqual([]);
    expect(judge(rest, DRIVERS, CASES)).toEqual([expect.stringContaining('played 0 times')]);
    expect(judge([{ ...first, kind: 'broken', why: 'so' }, ...rest], DRIVERS, CASES)).toHaveLength(1);
    const passing = cells.map(
      (cell): Cell => ({ driver: cell.driver, name: cell.name, ms: 0, replays: 0, kind: 'holds' }),
    );
    const round = judge(passing, DRIVERS, CASES);
    expect(round).toHaveLength(CASES.length);
    expect(round[0]).toContain('cannot fail');
  });
});
