import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { forecast } from '../../src/budgets/forecast.ts';

const USD = 1_000_000_000n;
const at = (text: string) => Date.parse(text);
const day = { period: 'per_day', name: '2026-03-10', spent: 6n * USD, limit: 10n * USD } as const;

describe('a forecast', () => {
  test('goes on as so far, to the end of the day', () => {
    expect(forecast(day, 0, at('2026-03-10T12:00:00Z'))).toEqual({
      ...{ spent_usd: '12', over_limit: true, method: 'linear', elapsed: 0.5 },
      ends_at: '2026-03-11T00:00:00.000Z',
    });
    expect(forecast({ ...day, limit: 12n * USD }, 0, at('2026-03-10T12:00:00Z'))?.over_limit).toBe(false);
    expect(forecast({ ...day, limit: null }, 0, at('2026-03-10T12:00:00Z'))?.over_limit).toBeNull();
  });

  test('of a month knows how long the month is, and that December has an end', () => {
    const month = { ...day, period: 'per_month', name: '2026-02' } as const;
    expect(forecast(month, 0, at('2026-02-15'))).toMatchObject({ spent_usd: '12', elapsed: 0.5 });
    expect(forecast({ ...month, name: '2026-12' }, 0, at('2026-12-31'))?.ends_at).toMatch(/^2027-01-01/);
  });

  test('does not count the time before the workflow was there', () => {
    const began = at('2026-03-10T12:00:00Z');
    expect(forecast(day, began, at('2026-03-10T18:00:00Z'))).toMatchObject({ spent_usd: '12', elapsed: 0.5 });
  });

  test.each([
    ['of a run', { ...day, period: 'per_run', name: 'r' } as const, '2026-03-10T12:00:00Z'],
    ['in the first tenth', day, '2026-03-10T02:23:59Z'],
    ['of a day that is over', day, '2026-03-11T00:00:00Z'],
    ['of a day that has not begun', day, '2026-03-09T12:00:00Z'],
  ])('is unknown %s', (_, spending, now) => {
    expect(forecast(spending, 0, at(now))).toBeNull();
  });

  test('is never below what is spent, and exact where amounts are larger than a number holds', () => {
    fc.assert(
      fc.property(
        fc.bigInt(0n, 10n ** 18n),
        fc.integer({ min: 8_640_000, max: 86_399_999 }),
        (spent, passed) => {
          const found = forecast({ ...day, spent }, 0, at('2026-03-10') + passed);
          const [whole = '', part = ''] = (found?.spent_usd ?? '').split('.');
          const nano = BigInt(whole) * USD + BigInt(part.padEnd(9, '0'));
          expect(nano).toBeGreaterThanOrEqual(spent);
          expect(nano).toBe((spent * 86_400_000n) / BigInt(passed));
        },
      ),
    );
  });
});
