import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isOutlier, RUNS_BEHIND_AN_AVERAGE } from '../../src/samples/cost-outliers.ts';
import { FIRST_RUNS, samplingDraw, samplingReason, weekStart } from '../../src/samples/rule.ts';

const SECRET = '11'.repeat(32);
const candidate = fc.record({
  run_id: fc.uuid(),
  policy_version: fc.constant('sha256:0'),
  seq: fc.nat(1000),
});

test('the draw is stable, in [0, 1), and another with another secret', () => {
  fc.assert(
    fc.property(candidate, (each) => {
      const draw = samplingDraw(SECRET, each);
      expect(draw).toBe(samplingDraw(SECRET, { ...each }));
      expect(draw >= 0 && draw < 1).toBe(true);
      expect(samplingDraw('22'.repeat(32), each)).not.toBe(draw);
    }),
  );
});

test('the share of drawn actions is near the rate, over runs and over numbers', () => {
  const draws = Array.from({ length: 20_000 }, (_, i) =>
    samplingDraw(SECRET, { run_id: `run-${i % 200}`, policy_version: 'v', seq: Math.floor(i / 200) }),
  );
  for (const rate of [0.01, 0.2, 0.5]) {
    const share = draws.filter((draw) => draw < rate).length / draws.length;
    // Six standard deviations of a binomial share; the secret is fixed, so the test cannot flicker.
    expect(Math.abs(share - rate)).toBeLessThan(6 * Math.sqrt((rate * (1 - rate)) / draws.length));
  }
});

test('rate 1 takes all, and rate 0 takes none by draw', () => {
  const later = {
    outcome: 'succeeded',
    cost_outlier: false,
    minimum_per_week: 0,
    run_ordinal: FIRST_RUNS + 1,
    sampled_this_week: 0,
  };
  fc.assert(
    fc.property(candidate, (each) => {
      const draw = samplingDraw(SECRET, each);
      expect(samplingReason(draw, { ...later, sample_rate: 1 })).toBe('drawn');
      expect(samplingReason(draw, { ...later, sample_rate: 0 })).toBeUndefined();
    }),
  );
});

test('the first runs of a policy version and the weekly minimum add to the draw', () => {
  const state = {
    outcome: 'succeeded',
    cost_outlier: false,
    sample_rate: 0,
    minimum_per_week: 1,
    sampled_this_week: 1,
    run_ordinal: FIRST_RUNS,
  };
  expect(samplingReason(0.5, state)).toBe('first_runs');
  expect(samplingReason(0.5, { ...state, run_ordinal: FIRST_RUNS + 1 })).toBeUndefined();
  expect(samplingReason(0.5, { ...state, run_ordinal: FIRST_RUNS + 1, sampled_this_week: 0 })).toBe(
    'weekly_minimum',
  );
  expect(samplingReason(0.5, { ...state, run_ordinal: undefined })).toBe('first_runs');
});

test('actions of runs that cost too much are always sampled, whatever the draw says', () => {
  const filled = { sample_rate: 0, minimum_per_week: 0, sampled_this_week: 9, outcome: 'succeeded' };
  const state = { ...filled, run_ordinal: FIRST_RUNS + 1 };
  fc.assert(
    fc.property(candidate, (each) => {
      const draw = samplingDraw(SECRET, each);
      expect(samplingReason(draw, { ...state, cost_outlier: true })).toBe('cost_outlier');
      expect(samplingReason(draw, { ...state, cost_outlier: false })).toBeUndefined();
    }),
  );
});

test('an outlier costs more than four times the average of runs enough, to the last digit; the unknown is none', () => {
  const usual = { usd: '10', runs: RUNS_BEHIND_AN_AVERAGE };
  expect(isOutlier('2.000000000000001', usual)).toBe(true);
  expect(isOutlier('2', usual)).toBe(false);
  expect(isOutlier('9', { usd: '10', runs: RUNS_BEHIND_AN_AVERAGE - 1 })).toBe(false);
  expect(isOutlier('9', undefined)).toBe(false);
  expect(isOutlier(undefined, usual)).toBe(false);
});

test('a week starts on Monday 00:00 UTC', () => {
  const at = (iso: string) => BigInt(Date.parse(iso)) * 1_000_000n;
  expect(weekStart(at('2026-11-23T00:00:00Z'))).toBe(at('2026-11-23T00:00:00Z'));
  expect(weekStart(at('2026-11-29T23:59:59Z'))).toBe(at('2026-11-23T00:00:00Z'));
  expect(weekStart(at('2026-11-30T00:00:00Z'))).toBe(at('2026-11-30T00:00:00Z'));
});

test('what failed, or ended nobody knows how, is always reviewed; what has not ended yet is not', () => {
  const state = {
    cost_outlier: false,
    sample_rate: 0,
    minimum_per_week: 0,
    sampled_this_week: 0,
    run_ordinal: FIRST_RUNS + 1,
  };
  const why = (outcome: string) => samplingReason(0.5, { ...state, outcome });
  expect(['failed', 'unknown'].map(why)).toEqual(['not_succeeded', 'not_succeeded']);
  expect(['succeeded', ''].map(why)).toEqual([undefined, undefined]);
  expect(samplingReason(0.1, { ...state, sample_rate: 0.2, outcome: 'failed' })).toBe('drawn');
});
