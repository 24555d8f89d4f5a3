import { addUsd, compareUsd, subtractUsd, TollgateError } from '@tollgate/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { grantOf, type LeaseAmounts, minus, plus, settled, shareOf } from '../../src/budgets/arithmetic.ts';
import { leaseNano, MOST_OF_A_LEASE, nanoLimit, nanoUp, usdOf } from '../../src/budgets/nano.ts';
import { crossedBy } from '../../src/budgets/warn.ts';

const usd = fc
  .tuple(fc.nat(99_999), fc.option(fc.stringMatching(/^\d{1,15}$/)))
  .map(([whole, decimals]) => (decimals === null ? `${whole}` : `${whole}.${decimals}`));
const amount = fc.bigInt({ min: 0n, max: 10n ** 12n });

describe('nano-USD', () => {
  test('what is spent is rounded up and a limit down, by less than one nano-USD', () => {
    fc.assert(
      fc.property(usd, (text) => {
        const [up, down] = [usdOf(nanoUp(text)), usdOf(nanoLimit(text))];
        expect(compareUsd(up, text)).toBeGreaterThanOrEqual(0);
        expect(compareUsd(down, text)).toBeLessThanOrEqual(0);
        expect(compareUsd(subtractUsd(up, down), '0.000000001')).toBeLessThanOrEqual(0);
      }),
    );
  });

  test('what has nine decimals or fewer is kept exactly', () => {
    fc.assert(
      fc.property(amount, amount, (a, b) => {
        expect(nanoUp(usdOf(a))).toBe(a);
        expect(addUsd(usdOf(a), usdOf(b))).toBe(usdOf(a + b));
      }),
    );
  });

  test('more than the ledger leases at once is refused, and a limit beyond what it counts is the most it counts', () => {
    expect(leaseNano(usdOf(MOST_OF_A_LEASE), 'x')).toBe(MOST_OF_A_LEASE);
    expect(() => leaseNano('100000.000000000000001', 'body.minimum_usd')).toThrow(TollgateError);
    expect(usdOf(nanoLimit('999999999999999'))).toBe('1000000000');
  });
});

const lease: fc.Arbitrary<LeaseAmounts> = fc.record({
  state: fc.constantFrom('live', 'closed', 'expired'),
  granted: amount,
  spent: amount,
});
const settlement = fc.record({ spent: amount, closed: fc.boolean() });

describe('settlement', () => {
  test('is monotone, and the same again changes nothing', () => {
    fc.assert(
      fc.property(lease, settlement, settlement, (before, one, two) => {
        const after = settled(before, one);
        expect(after.spent >= before.spent).toBe(true);
        expect(settled(after, one)).toEqual(after);
        // In whatever order two arrive, the result is one.
        expect(settled(settled(before, one), two)).toEqual(settled(settled(before, two), one));
      }),
    );
  });

  test('a lease never makes room but by being closed, and never counts as less than was spent', () => {
    fc.assert(
      fc.property(lease, settlement, (before, { spent }) => {
        const held = ({ spent: s, reserved }: ReturnType<typeof shareOf>) => s + reserved;
        const open = settled(before, { spent, closed: false });
        const expired = { ...before, state: 'expired' as const };
        if (before.state !== 'closed') {
          expect(held(shareOf(open))).toBeGreaterThanOrEqual(held(shareOf(before)));
          expect(held(shareOf(expired))).toBe(held(shareOf(before)));
        }
        expect(held(shareOf(open))).toBeGreaterThanOrEqual(open.spent);
        const change = minus(shareOf(open), shareOf(before));
        expect(plus(shareOf(before), change)).toEqual(shareOf(open));
      }),
    );
  });
});

describe('the amount of a grant', () => {
  const rooms = fc.array(
    fc.record({ available: fc.bigInt({ min: -1000n, max: 10n ** 12n }), leases: fc.nat(64) }),
    { minLength: 1, maxLength: 3 },
  );
  test('fits in every account, is at least the least and at most what is wanted', () => {
    fc.assert(
      fc.property(amount, amount, rooms, (a, b, in_) => {
        const [minimum, wanted] = a < b ? [a, b] : [b, a];
        const granted = grantOf(wanted, minimum, in_);
        const fits = in_.every(({ available }) => available > 0n && minimum <= available);
        expect(granted !== undefined).toBe(fits);
        if (granted === undefined) return;
        expect(granted >= minimum && granted <= wanted).toBe(true);
        for (const { available } of in_) expect(granted <= available).toBe(true);
      }),
    );
  });
});

test('each percentage is warned of once, in order, as soon as it is reached', () => {
  const at = (spent: bigint, warned: number) => crossedBy({ limit: 1000n, spent, warned }, [95, 50, 80, 50]);
  expect(at(499n, 0)).toEqual([]);
  expect(at(500n, 0)).toEqual([50]);
  expect(at(960n, 0)).toEqual([50, 80, 95]);
  expect(at(960n, 80)).toEqual([95]);
  expect(at(9999n, 95)).toEqual([]);
  expect(crossedBy({ limit: null, spent: 10n ** 18n, warned: 0 }, [50])).toEqual([]);
});
