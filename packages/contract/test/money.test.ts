import { addUsd, compareUsd, multiplyUsd } from '@tollgate/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';

test('sums do not depend on order, and 0.1 + 0.2 is 0.3', () => {
  expect(addUsd('0.1', '0.2')).toBe('0.3');
  expect(multiplyUsd('0.000000000000001', 3)).toBe('0.000000000000003');
  const amounts = fc.array(
    fc
      .bigInt({ min: 0n, max: 10n ** 20n })
      .map((n) => `${n / 10n ** 15n}.${String(n % 10n ** 15n).padStart(15, '0')}`),
    { minLength: 1 },
  );
  fc.assert(fc.property(amounts, (list) => compareUsd(addUsd(...list), addUsd(...list.toReversed())) === 0));
});
