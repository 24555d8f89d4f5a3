import { expect, test } from 'vitest';
import { benchFlags } from './flags/flags.ts';

test('the benchmark of flags finds every planted violation, and flags nothing else', async () => {
  const lines: string[] = [];
  const options = { spansPerSecond: 520, seconds: 5, runSeconds: 1 };
  const results = await benchFlags((line) => lines.push(line), options);
  expect(results.flags_found_share).toBe(1);
  expect(results.flag_visible_p99_ms).toBeGreaterThan(0);
  expect(lines.join('\n')).toContain('4 of 4 planted violations were flagged, and 0 flags of other controls');
}, 120_000);
