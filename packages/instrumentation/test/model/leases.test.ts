import { addUsd, compareUsd, type Usd } from '@tollgate/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BudgetWarning, ModelRefused, type Run, type Tollgate } from '../../src/index.ts';
import { type House, openHouse, SAM } from '../support/house.ts';
import { INTERNAL_WORKFLOW, PATIENT_WORKFLOW } from '../support/workflows.ts';

const CAPPED = INTERNAL_WORKFLOW.replace(
  'budget: { per_run: "1.00", per_call: "0.50" }',
  'budget: { per_run: "0.90", per_day: "2.00", warn_at: [50, 95] }',
);

const about = (estimateUsd: Usd) => ({ provider: 'in-house', model: 'llama-own', estimateUsd });

describe('processes that share the limits of a day', () => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse(CAPPED);
  });
  afterAll(() => house.close());

  test('never spend more together than the cap, and can use nearly all of it', async () => {
    const processes = await Promise.all([house.start(), house.start(), house.start()]);
    let spent: Usd = '0';
    const call = (run: Run) =>
      run.model(about('0.02'), async () => {
        // From 5 % to 120 % of the estimate.
        const costUsd = (0.001 + Math.random() * 0.023).toFixed(6);
        spent = addUsd(spent, costUsd);
        expect(compareUsd(spent, '2.00')).toBeLessThanOrEqual(0);
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
        return { costUsd };
      });
    const runs = processes.flatMap((tollgate) => [tollgate, tollgate]);
    const results = await Promise.all(
      runs.map((tollgate) =>
        tollgate.run({ initiator: SAM }, async (run) => {
          for (;;) {
            const calls = await Promise.allSettled(Array.from({ length: 10 }, () => call(run)));
            if (calls.every(({ status }) => status === 'rejected')) return;
          }
        }),
      ),
    );
    expect(results.map(({ status }) => status)).toEqual(runs.map(() => 'completed'));
    expect(compareUsd(spent, '1.80')).toBeGreaterThan(0);
    const again = await processes[0]?.run({ initiator: SAM }, (run) =>
      run.model(about('0.20'), async () => ({})),
    );
    expect(again).toMatchObject({ status: 'over_budget', error: { decision: { field: 'budget.per_day' } } });
    expect(await account(house, 'per_day')).toMatchObject({ spent_usd: spent, reserved_usd: '0' });
  });
});

describe('one run', () => {
  let house: House;
  let tollgate: Tollgate;
  const warnings: BudgetWarning[] = [];
  beforeAll(async () => {
    house = await openHouse(CAPPED);
    tollgate = await house.start({ onBudgetWarning: (warning) => warnings.push(warning) });
  });
  afterAll(() => house.close());

  test('is warned early, and refused at its own limit with the limit named', async () => {
    const result = await tollgate.run({ initiator: SAM }, async (run) => {
      for (let calls = 0; calls < 20; calls++)
        await run.model(about('0.08'), async () => ({ costUsd: '0.1' }));
    });
    expect(result.error).toBeInstanceOf(ModelRefused);
    expect(result).toMatchObject({ status: 'over_budget', error: { decision: { field: 'budget.per_run' } } });
    const mine = warnings.filter(({ runId, limit }) => runId === result.runId && limit === 'per_run');
    expect(mine.map(({ percent }) => percent)).toContain(50);
  });

  test('what lies idle in leases is given back before a call is refused', async () => {
    const result = await tollgate.run({ initiator: SAM }, async (run) => {
      await run.model(about('0.30'), async () => ({ costUsd: '0.0001' }));
      await run.model(about('0.40'), async () => ({ costUsd: '0.0001' }));
      await run.model(about('0.60'), async () => ({ costUsd: '0.0001' }));
    });
    expect(result).toMatchObject({ status: 'completed' });
  });

  test('what was spent elsewhere counts in the ledger, also beyond the cap', async () => {
    const result = await tollgate.run({ initiator: SAM }, async (run) => {
      await run.recordModelUsage({ ...about('0'), costUsd: '0.85' });
      await run.model(about('0.08'), async () => ({ costUsd: '0.01' }));
    });
    expect(result).toMatchObject({ status: 'over_budget', error: { decision: { field: 'budget.per_run' } } });
    expect(await account(house, 'per_run', result.runId)).toMatchObject({
      spent_usd: '0.85',
      reserved_usd: '0',
    });
  });

  test('a service that is away: nothing is called that nobody reserved for', async () => {
    let calls = 0;
    const result = await tollgate.run({ initiator: SAM }, async (run) => {
      house.service.mode = 'cut';
      await run.model(about('0.01'), async () => {
        calls += 1;
        return {};
      });
    });
    house.service.mode = 'open';
    expect(result).toMatchObject({ status: 'blocked', error: { reason: 'service_unreachable' } });
    expect(calls).toBe(0);
  });

  test('an aborted call is unknown, and keeps its whole reservation', async () => {
    const result = await tollgate.run({ initiator: SAM }, async (run) => {
      const broken = run.model(about('0.08'), () => Promise.reject(new DOMException('gone', 'AbortError')));
      await broken.catch(() => {});
    });
    expect(await account(house, 'per_run', result.runId)).toMatchObject({
      spent_usd: '0.1',
      reserved_usd: '0',
    });
  });

  test('what was spent elsewhere counts in the ledger, also where it grants no lease any more', async () => {
    const result = await tollgate.run({ initiator: SAM }, async (run) => {
      await run.model(about('0.08'), async () => ({ costUsd: '0.90' }));
      // Until the idle lease has been given back.
      while ((await leases(run.id)) !== 0) await new Promise((resolve) => setTimeout(resolve, 100));
      await run.recordModelUsage({ ...about('0'), costUsd: '0.25' });
    });
    expect(result).toMatchObject({ status: 'completed' });
    expect(await account(house, 'per_run', result.runId)).toMatchObject({
      spent_usd: '1.15',
      reserved_usd: '0',
    });
  });

  const leases = async (runId: string) =>
    ((await account(house, 'per_run', runId)) as { live_leases: number }).live_leases;
});

test('an application that fails at a warning, or at a problem, stops neither calls nor evidence', async () => {
  const house = await openHouse(CAPPED);
  try {
    const heard: string[] = [];
    const failing = (what: string) => () => {
      heard.push(what);
      throw new Error(`${what} cannot be told`);
    };
    const tollgate = await house.start({
      onBudgetWarning: failing('a warning'),
      onProblem: failing('a problem'),
    });
    house.collector.mode = 503;
    const result = await tollgate.run({ initiator: SAM }, async (run) => {
      for (let calls = 0; calls < 8; calls++)
        await run.model(about('0.08'), async () => ({ costUsd: '0.1' }));
    });
    expect(result).toMatchObject({ status: 'completed' });
    while (!heard.includes('a problem')) await new Promise((resolve) => setTimeout(resolve, 20));
    house.collector.mode = 'open';
    await tollgate.flush();
    expect(house.spans().some(({ record }) => record.kind === 'run_sealed')).toBe(true);
    expect(heard).toContain('a warning');
  } finally {
    await house.close();
  }
});

test('a run that registers late keeps its cap while calls from before are still under way', async () => {
  const house = await openHouse(PATIENT_WORKFLOW);
  try {
    house.service.mode = 'cut';
    const tollgate = await house.start();
    const expensive = { provider: 'in-house', model: 'llama-own', ceilingUsd: '0.50' };
    const answer = Promise.withResolvers<void>();
    let made = 0;
    const result = await tollgate.run({ initiator: SAM }, async (run) => {
      const call = () =>
        run.model(expensive, async () => {
          made += 1;
          await answer.promise;
          return { costUsd: '0.50' };
        });
      const calls = [call()];
      while (made === 0) await new Promise((resolve) => setTimeout(resolve, 10));
      house.service.mode = 'open';
      calls.push(call(), call());
      await Promise.race([
        Promise.allSettled(calls.slice(1)),
        new Promise((resolve) => setTimeout(resolve, 500)),
      ]);
      answer.resolve();
      const settled = await Promise.allSettled(calls);
      return settled.map(({ status }) => status);
    });
    expect(made).toBe(2);
    expect(result.output).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(await account(house, 'per_run', result.runId)).toMatchObject({
      spent_usd: '1',
      reserved_usd: '0',
    });
  } finally {
    await house.close();
  }
});

async function account(house: House, period: string, runId?: string): Promise<unknown> {
  const about = runId === undefined ? '' : `&run_id=${runId}`;
  const { items } = await house.api('ola@example.com', 'GET', `/v1/budgets?period=${period}${about}`);
  return (items as unknown[])[0];
}
