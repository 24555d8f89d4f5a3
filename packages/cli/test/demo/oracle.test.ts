import { multiplyUsd, pricesAt, resolveModel } from '@tollgate/contract';
import { describe, expect, it } from 'vitest';
import { expectations } from '../../src/demo/oracle.ts';
import { SCENARIOS } from '../../src/demo/scenarios.ts';

const { runs, costs, flags } = expectations(SCENARIOS);
const run = (name: string) => runs.find(({ scenario }) => scenario === name);

describe('the oracle', () => {
  it('agrees with sums done by hand', () => {
    // gpt-5-mini: 0.25 a million in, 0.025 cached, 2 out. Input 5950, of it 3968 cached; output 318.
    // 1982 × 0.25 + 3968 × 0.025 + 318 × 2 = 495.5 + 99.2 + 636 = 1230.7 millionths.
    expect(run('support-reply-approved')).toMatchObject({
      calls: 4,
      unpriced_calls: 0,
      cost_usd: '0.0012307',
    });
    // claude-haiku-4-5: 1 in, 0.1 read, 1.25 write, 5 out. 352 + 2048 × 1.25 + 88 × 5 = 3352; 562 + 204.8 + 120 = 886.8.
    expect(run('ops-recurring-check')).toMatchObject({ calls: 2, unpriced_calls: 0, cost_usd: '0.0042388' });
    // claude-opus-4-1: 15 in, 75 out. 1200 × 15 + 150 × 75 = 29250 millionths; a second call has no room under 0.05.
    expect(run('sales-over-budget')).toMatchObject({ calls: 1, cost_usd: '0.02925', status: 'over_budget' });
  });

  it('counts a model without a price as unpriced, not as free', () => {
    expect(run('product-unpriced-model')).toMatchObject({ calls: 2, unpriced_calls: 2, cost_usd: '0' });
    expect(costs['product-requirements']).toMatchObject({ calls: 6, unpriced_calls: 2 });
  });

  it('does not count the model call that a waiting run has not made', () => {
    expect(run('ops-deploy-waiting')).toMatchObject({ calls: 2, status: 'unsealed', approval: 'waiting' });
  });

  it('expects the flags that the stories tell of', () => {
    const of = (control: string) =>
      flags.filter((each) => each.control === control).map(({ scenario }) => scenario);
    expect(of('budget_warning')).toEqual(['sales-over-budget']);
    expect(of('budget_breach')).toEqual([]);
    expect(of('unreviewed_sample')).toEqual([
      'engineering-scope-violation',
      'product-requirements-with-sources',
      'product-requirements-with-sources',
    ]);
    expect(of('escalation_noted')).toEqual(['support-escalation']);
    expect(of('refused_actions')).toHaveLength(7);
  });

  it('has prices that the price list has as well, so that a difference elsewhere is not a stale table', () => {
    const models = new Map(SCENARIOS.map(({ model }) => [`${model.provider}/${model.model}`, model]));
    for (const { provider, model } of models.values()) {
      const priced = resolveModel(provider, model);
      const prices = priced && pricesAt(priced, '2026-11-23T00:00:00Z');
      const scenario = SCENARIOS.find((each) => each.model.model === model);
      if (scenario === undefined) throw new Error('every model comes from a scenario');
      // A script of one call with a million tokens of one kind costs what the price list says for a million.
      const million = (usage: { input: number; output: number; cacheRead?: number }) =>
        expectations([{ ...scenario, script: [{ usage, calls: [], text: '.' }] }]).runs[0]?.cost_usd;
      const perMillion = (price: string | null | undefined) => multiplyUsd(price ?? '0', 1_000_000);
      expect(million({ input: 1_000_000, output: 0 })).toBe(perMillion(prices?.input));
      expect(million({ input: 0, output: 1_000_000 })).toBe(perMillion(prices?.output));
      expect(million({ input: 1_000_000, cacheRead: 1_000_000, output: 0 })).toBe(
        perMillion(prices?.cache_read),
      );
    }
  });
});
