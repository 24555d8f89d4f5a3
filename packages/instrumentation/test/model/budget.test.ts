import { addUsd, compareUsd, type Requirements } from '@tollgate/contract';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ModelRefused } from '../../src/index.ts';
import type { Estimate } from '../../src/model/admission.ts';
import { localBudgetMeter } from '../../src/model/budget-meter.ts';
import { contractUsage, costOf, estimate } from '../../src/model/price.ts';
import { type House, openHouse, SAM } from '../support/house.ts';
import { chainOf } from '../support/spans.ts';
import { INTERNAL_WORKFLOW } from '../support/workflows.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse(INTERNAL_WORKFLOW.replace(', per_call: "0.50"', ''));
});
afterAll(() => house.close());

const limit = (limits: Partial<Requirements['budget_limit']>): Requirements['budget_limit'] => ({
  currency: 'USD',
  warn_at_percent: [],
  ...limits,
});
const cents = (count: number) => (count / 100).toFixed(2);

test('however calls overlap, what was admitted at its worst case never exceeds the cap', async () => {
  const call = fc.record({
    worst: fc.integer({ min: 1, max: 60 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    known: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(call, { maxLength: 40 }), fc.array(fc.nat()), async (calls, order) => {
      const meter = localBudgetMeter(limit({ per_run: '1.00' }));
      const open: (() => void)[] = [];
      for (const [index, { worst, share, known }] of calls.entries()) {
        const admission = await meter.reserve({ kind: 'bounded', usd: cents(worst) });
        if (admission.kind === 'admitted')
          open.push(() => admission.reservation.settle(known ? cents(Math.floor(worst * share)) : null));
        if ((order[index] ?? 0) % 2 === 1)
          open.splice((order[index] ?? 0) % Math.max(1, open.length), 1)[0]?.();
        expect(compareUsd(meter.spent(), '1.00')).toBeLessThanOrEqual(0);
      }
      for (const settle of open) settle();
      expect(compareUsd(meter.spent(), '1.00')).toBeLessThanOrEqual(0);
    }),
  );
});

test('what cannot be bounded: refused under a cap, unless the workflow gives a ceiling', async () => {
  const unpriced: Estimate = { kind: 'unpriced' };
  const reserve = (limits: Partial<Requirements['budget_limit']>, what: Estimate) =>
    localBudgetMeter(limit(limits)).reserve(what);
  expect(await reserve({ per_run: '1' }, unpriced)).toMatchObject({
    kind: 'refused',
    field: 'budget.per_run',
  });
  expect(await reserve({}, unpriced)).toMatchObject({ kind: 'admitted' });
  expect(await reserve({ per_run: '1', per_call: '0.1' }, unpriced)).toMatchObject({ kind: 'admitted' });
  expect(await reserve({ per_run: '1', per_call: '2' }, unpriced)).toMatchObject({ kind: 'refused' });
  expect(await reserve({ per_call: '0.1' }, { kind: 'bounded', usd: '0.2' })).toMatchObject({
    field: 'budget.per_call',
  });
});

test('a second settling changes nothing, and an unknown cost keeps its whole reservation', async () => {
  const meter = localBudgetMeter(limit({ per_run: '1' }));
  const first = await meter.reserve({ kind: 'bounded', usd: '0.4' });
  if (first.kind === 'refused') throw new Error('refused');
  first.reservation.settle(null);
  first.reservation.settle('0.1');
  expect(meter.spent()).toBe('0.4');
});

test('the estimate is never below the cost of any usage within its bounds, whatever of it is cached, thought or long', () => {
  const at = new Date('2026-01-01');
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const models = [
    { provider: 'anthropic', model: 'claude-3-5-haiku-latest' },
    { provider: 'anthropic', model: 'claude-sonnet-4-5', serviceTier: 'batch' },
    { provider: 'anthropic', model: 'claude-sonnet-4-5' },
    { provider: 'google', model: 'gemini-2.5-pro' },
    { provider: 'perplexity', model: 'sonar-deep-research' },
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...models),
      fc.nat(400_000),
      fc.nat(100_000),
      fc.tuple(share, share, share, share, share),
      (model, maxInputTokens, maxOutputTokens, [used, read, written, hourly, thought]) => {
        const about = { ...model, maxInputTokens, maxOutputTokens };
        const inputTokens = Math.floor(maxInputTokens * used);
        const cacheReadTokens = Math.floor(inputTokens * read);
        const cacheCreationTokens = Math.floor((inputTokens - cacheReadTokens) * written);
        const outputTokens = Math.floor(maxOutputTokens * used);
        const usage = {
          ...{ inputTokens, cacheReadTokens, cacheCreationTokens, outputTokens },
          cacheCreation1hTokens: Math.floor(cacheCreationTokens * hourly),
          reasoningTokens: Math.floor(outputTokens * thought),
        };
        const worst = estimate(about, undefined, at);
        const cost = costOf(about, { usage }, contractUsage(usage), at).usd;
        if (worst.kind !== 'bounded' || cost === null) throw new Error(`no price for ${model.model}`);
        expect(compareUsd(cost, worst.usd)).toBeLessThanOrEqual(0);
      },
    ),
  );
});

test('a tier of the service that nobody has a price for is unpriced, and so is its worst case', () => {
  const about = { provider: 'openai', model: 'gpt-5', maxInputTokens: 10, maxOutputTokens: 10 };
  const usage = { input_tokens: 10, output_tokens: 10 };
  const at = new Date('2026-01-01');
  const cost = (serviceTier?: string) => costOf(about, { serviceTier }, usage, at).usd;
  expect(cost()).toBe('0.0001125');
  expect(cost('default')).toBe('0.0001125');
  expect(cost('flex')).toBe('0.00005625');
  expect(cost('priority')).toBeNull();
  expect(estimate({ ...about, serviceTier: 'priority' }, undefined, at)).toEqual({ kind: 'unpriced' });
});

test('an estimate with as many decimals as an amount may have is one that the ledger takes', async () => {
  const tollgate = await house.start();
  const about = { provider: 'in-house', model: 'llama-own', estimateUsd: '0.012345678901234' };
  expect(estimate(about, undefined, new Date())).toEqual({ kind: 'bounded', usd: '0.015432099' });
  const result = await tollgate.run({ initiator: SAM }, (run) => run.model(about, async () => ({})));
  expect(result).toMatchObject({ status: 'completed' });
});

test('counts that no model can have used are unknown, not zero', () => {
  const hostile = [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 62, 1_000_000_001, undefined];
  for (const inputTokens of hostile)
    expect(contractUsage({ inputTokens, outputTokens: 5 })).toEqual({ output_tokens: 5 });
  expect(contractUsage({ inputTokens: JSON.parse('"7"') })).toEqual({});
});

test('a run over its budget: the next model call is not made, the next tool call refused, the run says so', async () => {
  const tollgate = await house.start();
  const classify = tollgate.tool({ name: 'classify', execute: async () => 'bug' });
  let calls = 0;
  const big = { provider: 'openai', model: 'gpt-4o-mini' };
  const result = await tollgate.run({ initiator: SAM }, async (run) => {
    await run.model(big, async () => ({ usage: { inputTokens: 1, outputTokens: 1 }, costUsd: '0.60' }));
    run.recordModelUsage({ ...big, costUsd: '0.45' });
    await expect(classify({})).rejects.toMatchObject({ reason: 'over_budget' });
    await run.model(big, async () => ({ usage: { inputTokens: ++calls } }));
  });
  expect(calls).toBe(0);
  expect(result.status).toBe('over_budget');
  expect(result.error).toBeInstanceOf(ModelRefused);
  await tollgate.flush();
  const chain = chainOf(house.spans(), result.runId);
  expect(chain.map(({ record }) => record.cost?.usd).filter((usd) => usd !== undefined)).toEqual([
    '0.60',
    '0.45',
  ]);
  expect(chain.filter(({ record }) => record.reason === 'over_budget').length).toBe(2);
  const sealed = chain.at(-1)?.record;
  expect(sealed?.detail).toMatchObject({
    cost_usd: addUsd('0.60', '0.45'),
    model_calls: 2,
    unpriced_calls: 0,
  });
});

test('what a provider reports is not trusted to be what it should: each call is on record, by what can be read', async () => {
  const tollgate = await house.start();
  const about = { provider: 'openai', model: 'gpt-4o-mini', ceilingUsd: '0.01' };
  const usage = { inputTokens: 1000, outputTokens: 100 };
  const odd = [
    { usage: null },
    { usage, responseModel: 7 },
    { usage, responseModel: '' },
    { usage, serviceTier: 5 },
    { usage, responseId: {} },
  ];
  const result = await tollgate.run({ initiator: SAM }, async (run) => {
    for (const report of odd) await run.model(about, async () => report as never);
  });
  expect(result).toMatchObject({ status: 'completed' });
  await tollgate.flush();
  const calls = chainOf(house.spans(), result.runId).filter(({ record }) => record.kind === 'model_called');
  expect(calls.map(({ record }) => [record.model, record.cost?.usd])).toEqual(
    [null, '0.00021', '0.00021', '0.00021', '0.00021'].map((cost) => ['gpt-4o-mini', cost]),
  );
});

test('a call that reports nothing at all is unknown, and keeps its whole reservation', async () => {
  const tollgate = await house.start();
  const about = { provider: 'in-house', model: 'llama-own', ceilingUsd: '0.60' };
  const nothing = async () => undefined as never;
  const result = await tollgate.run({ initiator: SAM }, async (run) => {
    await run.model(about, nothing);
    await run.model(about, nothing);
  });
  expect(result).toMatchObject({ status: 'over_budget', error: { reason: 'over_budget' } });
  await tollgate.flush();
  const calls = chainOf(house.spans(), result.runId).filter(({ record }) => record.kind === 'model_called');
  expect(calls.map(({ record }) => record.cost?.usd)).toEqual([null]);
});

test('an unpriced model under a cap is refused; with a ceiling of its own it is admitted, recorded as unpriced', async () => {
  const tollgate = await house.start();
  const own = { provider: 'in-house', model: 'llama-own' };
  const refused = await tollgate.run({ initiator: SAM }, (run) => run.model(own, async () => ({})));
  expect(refused.error).toMatchObject({ reason: 'over_budget', decision: { field: 'budget.per_run' } });
  const result = await tollgate.run({ initiator: SAM }, async (run) => {
    await run.model({ ...own, ceilingUsd: '0.10' }, async () => ({
      usage: { inputTokens: 5, outputTokens: 5 },
    }));
    return run.spentUsd();
  });
  expect(result).toMatchObject({ status: 'completed', output: '0' });
  await tollgate.flush();
  const model = chainOf(house.spans(), result.runId).find(({ record }) => record.kind === 'model_called');
  expect(model?.record.cost).toEqual({ usd: null, source: null, price_version: null });
});

test('parallel calls of a run cannot pass its cap together', async () => {
  const tollgate = await house.start();
  const about = { provider: 'openai', model: 'gpt-4o-mini', ceilingUsd: '0.30' };
  let made = 0;
  const result = await tollgate.run({ initiator: SAM }, async (run) => {
    const calls = Array.from({ length: 10 }, () =>
      run.model(about, async () => {
        made += 1;
        await new Promise((resolve) => setTimeout(resolve, 5));
        return { costUsd: '0.30' };
      }),
    );
    const settled = await Promise.allSettled(calls);
    return settled.filter(({ status }) => status === 'rejected').length;
  });
  expect(made).toBe(3);
  expect(result.output).toBe(7);
});
