import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { benchIngest, type IngestOptions } from './ingest/ingest.ts';
import { bodyOf } from './ingest/load/body.ts';
import { Generator } from './ingest/load/generator.ts';
import { Keystream } from './ingest/load/keystream.ts';
import { governedSpan, modelSpan, plainSpan } from './ingest/load/span.ts';
import { fullLoad } from './ingest/measure/full-load.ts';
import { ours } from './ingest/systems/ours.ts';
import type { System } from './ingest/systems/system.ts';
import { optionsOf } from './options.ts';

/** Nothing here looks at a time: a busy machine measures nonsense, but it must still measure. */
const TINY: IngestOptions = {
  only: undefined,
  spans: 1_024,
  rounds: 1,
  ackSeconds: 1,
  overloadSeconds: 1,
  otelcol: false,
};

test('a tiny run measures everything that needs no Go, and counts in the database', {
  timeout: 180_000,
}, async () => {
  const lines: string[] = [];
  const results = await benchIngest((line) => lines.push(line), TINY);
  expect(Object.keys(results)).toEqual(['share_of_engine_limit', 'rss_mb']);
  expect(results.share_of_engine_limit).toBeGreaterThan(0);
  const text = lines.join('\n');
  expect(text).toContain('prepared 2 bodies, 1024 spans of 98');
  expect(text.match(/rows in the last round: .*\bspans 1024\b/g)).toHaveLength(2);
  expect(text).toMatch(/accepted (\d+) spans, stored \1\b/);
});

test('rows that nobody acknowledged are an error, not a figure', { timeout: 120_000 }, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'tollgate-bench-'));
  const generator = await Generator.start(1_024);
  const forgetful: System = {
    ...ours,
    start: async (store) => {
      const running = await ours.start(store);
      const send: typeof running.send = async (...to) => {
        const sent = await running.send(...to);
        return { ...sent, bodies: sent.bodies - 1 };
      };
      return { ...running, send };
    },
  };
  await expect(fullLoad(forgetful, directory, generator)).rejects.toThrow('1024 of 512 rows in spans');
  await generator.end();
  await rm(directory, { recursive: true });
});

test('bodies come again with their seed, and no two share anything random', () => {
  const plan = { seed: 1, start: 1_700_000_000_000_000_000n, spans: 512 };
  const first = bodyOf(plan, 0);
  expect(bodyOf(plan, 0).equals(first)).toBe(true);
  expect(bodyOf(plan, 1).equals(first)).toBe(false);
  expect(bodyOf({ ...plan, seed: 2 }, 0).equals(first)).toBe(false);
  expect(Math.abs(first.length / 512 - 985)).toBeLessThan(15);
  const random = new Keystream(1, 1);
  const run = { run: random.uuid(), writer: random.uuid() };
  for (const span of [governedSpan(run, 1, 1n, random), modelSpan(run, random), plainSpan(random)])
    expect(span.attributes).toHaveLength(14);
});

test('arguments that are not known, or not this benchmark’s, are refused', () => {
  expect(optionsOf(['ingest', '--spans', '5000', '--only', 'rss_mb', '--json'])).toEqual({
    bench: 'ingest',
    json: true,
    ingest: { only: 'rss_mb', spans: 5000, rounds: 3, ackSeconds: 20, overloadSeconds: 60, otelcol: true },
  });
  expect(optionsOf(['gate', '--only', 'gate_over_span'])).toEqual({
    bench: 'gate',
    only: 'gate_over_span',
    json: false,
  });
  expect(optionsOf(['--help'])).toEqual({ bench: 'help' });
  for (const wrong of [
    [],
    ['disk'],
    ['ingest', 'gate'],
    ['ingest', '--fast'],
    ['ingest', '--spans', 'many'],
    ['ingest', '--rounds', '0'],
    ['ingest', '--only', 'gate_over_span'],
    ['gate', '--spans', '5000'],
  ])
    expect(() => optionsOf(wrong), wrong.join(' ')).toThrow();
});
