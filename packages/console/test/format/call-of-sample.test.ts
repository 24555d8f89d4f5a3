import { expect, test } from 'vitest';
import { callOfSample } from '../../src/browser/format/call-of-sample.ts';

test.each([
  ['c', 'c'],
  ['c#2', 'c'],
  ['c##2', 'c#2'],
  ['c##2#13', 'c#2'],
  ['c###2', 'c#'],
  ['##', '#'],
  ['###2', '#'],
  ['#2', ''],
  ['a\nb#2', 'a\nb'],
])('the sample of %j is of the call %j', (sample, call) => {
  expect(callOfSample(sample)).toBe(call);
});
