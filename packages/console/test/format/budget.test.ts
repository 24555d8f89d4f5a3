import fc from 'fast-check';
import { expect, test } from 'vitest';
import { budget } from '../../src/browser/api/budget-shapes.ts';
import { costs, run } from '../../src/browser/api/shapes.ts';
import { firstDay, pricedShare, warnMarks } from '../../src/browser/format/budget.ts';
import { percentText } from '../../src/browser/format/decimal.ts';

const account = (limit: string, name: string, workflow = 'w') =>
  budget.parse({
    ...{ limit, name, workflow, live_leases: 0, updated_at: 't' },
    ...{ spent_usd: '1', reserved_usd: '0', unsettled_usd: '0' },
  });
const total = { calls: 0, unpriced_calls: 0, cost_usd: '0' };
const day = (name: string, unpriced_calls: number, workflow = 'w') => ({
  ...{ workflow, day: name, calls: 10, unpriced_calls, cost_usd: '1' },
});
const days = costs.parse({
  items: [day('2026-11-23', 1), day('2026-11-24', 2), day('2026-12-01', 4), day('2026-11-23', 8, 'other')],
  total,
}).items;

test('a day has its own unpriced calls, a month those of all its days, and neither another workflow’s', () => {
  const known = { days, runs: undefined };
  expect(pricedShare(account('per_day', '2026-11-23'), known)).toEqual({ calls: 10, unpriced: 1 });
  expect(pricedShare(account('per_month', '2026-11'), known)).toEqual({ calls: 20, unpriced: 3 });
  expect(pricedShare(account('per_day', '2026-11-25'), known)).toEqual({ calls: 0, unpriced: 0 });
});

test('what is not known is never shown as if all were priced', () => {
  const nothing = { days: undefined, runs: undefined };
  expect(pricedShare(account('per_day', '2026-11-23'), nothing)).toBeUndefined();
  expect(pricedShare(account('per_run', 'r'), { days, runs: [] })).toBeUndefined();
  const known = { run_id: 'r', workflow: 'w', owner: 'o', team: 't', status: 'completed' };
  expect(pricedShare(account('per_run', 'r'), { days, runs: [run.parse(known)] })).toBeUndefined();
  const cost = { usd: '1', calls: 3, unpriced_calls: 2 };
  expect(pricedShare(account('per_run', 'r'), { days, runs: [run.parse({ ...known, cost })] })).toEqual({
    calls: 3,
    unpriced: 2,
  });
});

test('costs are asked for from the first day that any budget has', () => {
  const of = (...pairs: [string, string][]) => firstDay(pairs.map(([limit, name]) => ({ limit, name })));
  expect(of(['per_day', '2026-11-23'], ['per_month', '2026-11'])).toBe('2026-11-01');
  expect(of(['per_day', '2026-11-23'], ['per_day', '2026-10-02'], ['per_run', '0'])).toBe('2026-10-02');
  expect(of(['per_run', 'r'])).toBeUndefined();
});

test('warnings that were given stand apart from those that were not, also one that the workflow no longer has', () => {
  const marks = (warned: number | null, at: number[]) =>
    warnMarks(warned, at).map(({ percent, given }) => `${percent}${given ? '!' : ''}`);
  expect(marks(80, [95, 50, 80])).toEqual(['50!', '80!', '95']);
  expect(marks(null, [50])).toEqual(['50']);
  expect(marks(70, [50, 90])).toEqual(['50!', '70!', '90']);
  expect(marks(null, [])).toEqual([]);
});

test.each([
  ['0.5', '2', '25 %'],
  ['2.41', '2.00', '120.5 %'],
  ['0.000000001', '1000', 'under 0.1 %'],
  ['0', '1', '0 %'],
  ['1', '0', undefined],
  ['-1', '2', undefined],
  ['x', '2', undefined],
])('%s of %s is %s', (part, whole, text) => {
  expect(percentText(part, whole)).toBe(text);
});

test('a share says 100 % only where the limit is reached', () => {
  const amount = fc.bigInt({ min: 1n, max: 10n ** 18n });
  fc.assert(
    fc.property(amount, amount, (part, whole) => {
      const text = percentText(String(part), String(whole)) ?? '';
      expect(Number(/[\d.]+/.exec(text)?.[0]) >= 100).toBe(part >= whole);
    }),
  );
});
