import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { refresher } from '../../src/browser/api/live.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('many changes are read once, and none is forgotten', () => {
  const read: string[] = [];
  const { note, stop } = refresher((key) => read.push(key), Date.now);
  for (let time = 0; time < 100; time += 1) note(time % 2 === 0 ? 'flags' : 'runs');
  vi.advanceTimersByTime(250);
  expect(read).toEqual(['flags', 'runs']);
  note('flags');
  vi.advanceTimersByTime(1000);
  expect(read).toHaveLength(2);
  vi.advanceTimersByTime(2100);
  expect(read).toEqual(['flags', 'runs', 'flags']);
  note('runs');
  stop();
  vi.advanceTimersByTime(60_000);
  expect(read).toHaveLength(3);
});
