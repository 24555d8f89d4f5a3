import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FairBudget } from '../../src/http/fair-budget.ts';

test('one client gets half, the next half of the rest, and a newcomer always finds room', () => {
  const budget = new FairBudget(1000);
  const most = (client: string) => {
    let held = 0;
    while (budget.take(client, 1) === 'taken') held++;
    return held;
  };
  expect(most('a')).toBe(500);
  expect(most('b')).toBe(250);
  expect(most('c')).toBe(125);
  expect(budget.take('a', 1)).toBe('share');
  expect(budget.take('d', 125)).toBe('taken');
  expect(budget.take('e', 1)).toBe('full');
});

test('a client that holds nothing may take all that is free', () => {
  const budget = new FairBudget(1000);
  expect(budget.take('a', 1001)).toBe('full');
  expect(budget.take('a', 1000)).toBe('taken');
});

test('no more than the limit is ever held, and everything is given back', () => {
  const take = fc.record({ client: fc.constantFrom('a', 'b', 'c'), amount: fc.nat(400) });
  fc.assert(
    fc.property(fc.array(take, { maxLength: 60 }), (takes) => {
      const budget = new FairBudget(1000);
      const shares = takes.map(({ client, amount }) => {
        const share = budget.open(client);
        share.take(amount);
        expect(budget.used).toBeLessThanOrEqual(1000);
        return share;
      });
      for (const share of shares) share.release();
      expect(budget.used).toBe(0);
      expect(budget.take('a', 500)).toBe('taken');
      expect(budget.take('a', 1)).toBe('share');
    }),
  );
});
