import { ERRORS } from '@tollgate/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { conditionText, errorText, shapeOf } from '../../src/browser/format/detail.ts';

test.each([
  ['code', 'glass_not_allowed', { as: 'text', text: ERRORS.glass_not_allowed.message }],
  ['code', 'over_budget', { as: 'text', text: ERRORS.over_budget.message }],
  ['asked_for', 'break_glass', { as: 'text', text: 'to break glass' }],
  ['limit', 'per_month', { as: 'text', text: 'one UTC month' }],
  ['control', 'break_glass_used', { as: 'text', text: 'glass broken' }],
  ['field', 'stops_when.spend_usd', { as: 'text', text: 'stop condition on spend' }],
  ['by_initiator', true, { as: 'text', text: 'yes' }],
  ['earlier_writers', ['a', 'b'], { as: 'text', text: 'a, b' }],
  ['spent_usd', '0.000000001', { as: 'usd', amount: '0.000000001' }],
  ['limit_usd', null, { as: 'value', value: null }],
  ['expires_at', '1790000000000000001', { as: 'time', iso: '2026-09-21T14:13:20.000000001Z' }],
  ['expires_at', '2026-09-21T14:13:20.000Z', { as: 'time', iso: '2026-09-21T14:13:20.000Z' }],
  ['constructor', 'x', { as: 'value', value: 'x' }],
])('%s %j is shown as %j', (key, value, shape) => {
  expect(shapeOf(key, value)).toEqual(shape);
});

test('the reason of a suspension by a stop condition begins in words; a person’s is as it was said', () => {
  expect(conditionText('stops_when.denials: 3 denials in one run')).toBe(
    'stop condition on denied calls: 3 denials in one run',
  );
  expect(conditionText('I see stops_when.denials: no')).toBe('I see stops_when.denials: no');
});

test('every error of the catalogue is said in words', () => {
  for (const code of Object.keys(ERRORS)) expect(errorText(code)).toMatch(/ /);
  expect(errorText('toString')).toBe('toString');
});

test('no value of a record can break a page', () => {
  const key = fc.oneof(
    fc.string(),
    fc.constantFrom('expires_at', 'spent_usd', 'code', 'reason', '__proto__'),
  );
  fc.assert(
    fc.property(key, fc.oneof(fc.jsonValue(), fc.stringMatching(/^\d{1,25}$/)), (name, value) => {
      expect(['text', 'time', 'usd', 'value']).toContain(shapeOf(name, value).as);
    }),
  );
});
