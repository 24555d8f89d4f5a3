import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MonthAllowance } from '../../src/batch/month-allowance.ts';

const LIMITS = { monthsPerSecond: 4, monthsAtOnce: 24 };

test('whoever has anything left may send whatever it wants, and owes the rest', () => {
  let now = 0;
  const allowance = new MonthAllowance(LIMITS, () => now);
  expect(allowance.take('a', { before: 0, after: 142 })).toBe(true);
  expect(allowance.take('a', { before: 0, after: 3 })).toBe(false);
  expect(allowance.take('b', { before: 0, after: 142 })).toBe(true);
  now += ((142 - 2 - 24) / 4) * 1000;
  expect(allowance.take('a', { before: 0, after: 3 })).toBe(false);
  now += 1;
  expect(allowance.take('a', { before: 0, after: 3 })).toBe(true);
});

test('two months, and those that a block has already, cost nothing', () => {
  const allowance = new MonthAllowance(LIMITS, () => 0);
  expect(allowance.take('a', { before: 0, after: 142 })).toBe(true);
  for (const months of [
    { before: 0, after: 2 },
    { before: 142, after: 142 },
    { before: 1, after: 1 },
  ])
    expect(allowance.take('a', months)).toBe(true);
  expect(allowance.take('a', { before: 1, after: 3 })).toBe(false);
  expect(allowance.take('a', { before: 142, after: 143 })).toBe(false);
});

test('over any time a client adds no more than its rate allows, but for one body', () => {
  const step = fc.record({ wait: fc.nat(2000), before: fc.nat(40), more: fc.nat(140), client: fc.nat(1) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      let now = 0;
      const allowance = new MonthAllowance(LIMITS, () => now);
      const added = [0, 0];
      for (const { wait, before, more, client } of steps) {
        now += wait;
        const after = before + more;
        if (!allowance.take(String(client), { before, after })) continue;
        const cost = Math.max(0, after - Math.max(before, 2));
        added[client] = (added[client] ?? 0) + cost;
        expect(added[client]).toBeLessThanOrEqual(24 + (now / 1000) * 4 + 140);
      }
    }),
  );
});

test('those who owe something are remembered, however many others come', () => {
  let now = 0;
  const allowance = new MonthAllowance(LIMITS, () => now);
  expect(allowance.take('owes', { before: 0, after: 142 })).toBe(true);
  for (let i = 0; i < 3000; i++) {
    now += 1;
    expect(allowance.take(`other ${i}`, { before: 0, after: 3 })).toBe(true);
  }
  expect(allowance.take('owes', { before: 0, after: 3 })).toBe(false);
});
