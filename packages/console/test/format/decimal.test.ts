import { addUsd, compareUsd } from '@tollgate/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { counted, countText, unpricedText } from '../../src/browser/format/count.ts';
import { compareDecimals, largest, mostDecimals, thousandths } from '../../src/browser/format/decimal.ts';

const amount = fc
  .tuple(fc.bigInt({ min: 0n, max: 10n ** 15n - 1n }), fc.stringMatching(/^\d{0,15}$/))
  .map(([whole, fraction]) => (fraction === '' ? `${whole}` : `${whole}.${fraction}`));

test('amounts compare as the contract compares them, beyond what a float can hold', () => {
  fc.assert(
    fc.property(amount, amount, (a, b) => {
      expect(Math.sign(compareDecimals(a, b))).toBe(Math.sign(compareUsd(a, b)));
    }),
  );
  expect(compareDecimals('0.100000000000001', '0.1')).toBe(1);
});

test('no amount is above the largest, and each bar is between nothing and the whole', () => {
  fc.assert(
    fc.property(fc.array(amount, { minLength: 1 }), (amounts) => {
      const top = largest(amounts);
      for (const one of amounts) {
        expect(compareDecimals(one, top)).toBeLessThanOrEqual(0);
        expect(thousandths(one, top)).toBeGreaterThanOrEqual(0);
        expect(thousandths(one, top)).toBeLessThanOrEqual(1000);
      }
    }),
  );
});

test('a half is half a bar, whatever the size', () => {
  fc.assert(
    fc.property(amount, (one) => {
      fc.pre(compareDecimals(one, '0.001') >= 0);
      expect(thousandths(one, addUsd(one, one))).toBe(500);
    }),
  );
});

test.each(['', 'NaN', '-1', '1e9', '0x10', '<b>'])('%j makes no bar and no exception', (text) => {
  expect(thousandths(text, '1')).toBe(0);
  expect(thousandths('1', text)).toBe(0);
});

test('decimals are counted for alignment', () => {
  expect(mostDecimals(['1', '2.50', '0.000000000000001'])).toBe(15);
  expect(mostDecimals([])).toBe(0);
});

test('counts are grouped, and what is unpriced is always said', () => {
  expect(countText(1234567)).toBe('1,234,567');
  expect(countText(999)).toBe('999');
  expect(counted(1, 'call')).toBe('1 call');
  expect(counted(2000, 'call')).toBe('2,000 calls');
  expect(unpricedText(3, 1)).toBe('1 of 3 calls unpriced');
  expect(unpricedText(3, 0)).toBe('all 3 calls priced');
  expect(unpricedText(0, 0)).toBe('no model calls');
});
