import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dayEnd, dayStart, daysAgo, dayText } from '../../src/browser/format/days.ts';
import { between, dueIn, spanText } from '../../src/browser/format/span.ts';
import { epochMs, utcClock, utcMinute, utcParts, utcSecond } from '../../src/browser/format/time.ts';

const NBSP = '\u00a0';

test('a UTC time is shown from its own digits', () => {
  const iso = '2026-03-01T13:04:05.123456789Z';
  expect(utcMinute(iso)).toBe(`2026-03-01 13:04${NBSP}UTC`);
  expect(utcSecond(iso)).toBe(`2026-03-01 13:04:05${NBSP}UTC`);
  expect(utcClock(iso)).toBe('13:04:05.123');
  expect(utcClock('2026-03-01T13:04:05Z')).toBe('13:04:05.000');
});

test.each(['', 'yesterday', '2026-03-01T13:04:05+02:00', '<b>2026-03-01T13:04:05Z</b>'])(
  'a text that is no UTC time is shown as it came: %j',
  (text) => {
    expect(utcParts(text)).toBeUndefined();
    expect(utcMinute(text)).toBe(text);
    expect(epochMs(text)).toBeUndefined();
    expect(dueIn(text, 0)).toBeUndefined();
  },
);

test('every ISO time that JavaScript writes is read back to the millisecond', () => {
  const range = {
    min: new Date('1970-01-01T00:00:00Z'),
    max: new Date('2262-01-01T00:00:00Z'),
    noInvalidDate: true,
  };
  fc.assert(
    fc.property(fc.date(range), (date) => {
      expect(epochMs(date.toISOString())).toBe(date.getTime());
    }),
  );
});

test.each([
  [0, '0 s'],
  [59.9, '59 s'],
  [60, '1 min'],
  [725, '12 min 5 s'],
  [3600, '1 h'],
  [183_600, '2 d 3 h'],
  [86_401, '1 d'],
  [-5, '0 s'],
])('%d seconds read as %s', (seconds, text) => {
  expect(spanText(seconds)).toBe(text);
});

test('what is due tells ahead from past', () => {
  const now = Date.parse('2026-03-01T12:00:00Z');
  expect(dueIn('2026-03-01T12:30:00Z', now)).toEqual({ when: 'ahead', text: '30 min', seconds: 1800 });
  expect(dueIn('2026-03-01T11:59:00Z', now)).toEqual({ when: 'past', text: '1 min', seconds: 60 });
  expect(dueIn('2026-03-01T12:00:00Z', now)?.when).toBe('past');
  expect(between('2026-03-01T12:00:00Z', '2026-03-01T12:03:20Z')).toBe('3 min 20 s');
  expect(between('2026-03-01T12:00:00Z', 'never')).toBeUndefined();
});

test('a range of days takes in its last day', () => {
  expect(dayStart('2026-02-28')).toBe('2026-02-28T00:00:00Z');
  expect(dayEnd('2026-02-28')).toBe('2026-03-01T00:00:00Z');
  expect(dayEnd('2026-13-40')).toBeUndefined();
  expect(dayStart('')).toBeUndefined();
  expect(daysAgo(1, Date.parse('2026-03-01T23:59:59Z'))).toBe('2026-02-28');
  expect(dayText('2026-03-01T00:00:00Z')).toBe('2026-03-01');
  expect(dayText('2026-03-01')).toBe('2026-03-01');
});
