import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pauseBefore } from '../src/retry.ts';

const NOW = Date.parse('2026-03-01T00:00:00Z');
const get = { method: 'GET', attempt: 1, status: 503, retryAfter: null };

test('never sooner than Retry-After says, in seconds or as a date', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 1, max: 3 }), (seconds, attempt) => {
      const date = new Date(NOW + seconds * 1000).toUTCString();
      for (const retryAfter of [String(seconds), date])
        expect(pauseBefore({ ...get, attempt, retryAfter }, {}, NOW)).toBeGreaterThanOrEqual(seconds * 1000);
    }),
  );
});

test.each([
  [{ ...get, method: 'POST' }],
  [{ ...get, attempt: 4 }],
  [{ ...get, status: 404 }],
  [{ ...get, status: 500 }],
  [{ ...get, retryAfter: '21' }],
  [{ ...get, retryAfter: new Date(NOW + 60_000).toUTCString() }],
])('%o is not sent again', (attempt) => {
  expect(pauseBefore(attempt, {}, NOW)).toBeUndefined();
});

test.each([
  ['GET', undefined],
  ['DELETE', 429],
  ['PUT', 502],
  ['GET', 504],
] as const)('%s after %s is', (method, status) => {
  expect(pauseBefore({ ...get, method, status, retryAfter: 'soon' }, {}, NOW)).toBeGreaterThan(0);
});
