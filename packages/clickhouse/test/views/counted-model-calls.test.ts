import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClickHouse } from '../../src/index.ts';
import { startTestClickHouse } from '../../src/testing.ts';
import { land } from '../support/landing.ts';
import { COST, type Report, report, seedPrices, totalOf } from '../support/model-call.ts';

/** What counts as one call; DESIGN.md, section 3. Each case is a run of its own. */
describe('counted model calls', () => {
  let store: ClickHouse;
  beforeAll(async () => {
    store = await startTestClickHouse();
    await seedPrices(store);
  });
  afterAll(() => store.close());

  const count = async (...reports: Omit<Report, 'run'>[]) => {
    const run = randomUUID();
    await land(
      store,
      reports.map((said) => report({ run, ...said })),
    );
    return totalOf(store, run);
  };
  const once = { calls: 1, unpriced: 0, cost: COST };
  const twice = { calls: 2, unpriced: 0, cost: '0.0004' };

  it('counts a single report', async () => {
    expect(await count({})).toEqual(once);
  });

  it('counts two scopes with one response id once, wherever in time they lie', async () => {
    expect(await count({ scope: 'a', id: 'r1' }, { scope: 'b', id: 'r1', at: 500 })).toEqual(once);
  });

  it('counts two scopes with different response ids as two calls', async () => {
    expect(await count({ scope: 'a', id: 'r1' }, { scope: 'b', id: 'r2', at: 1, until: 9 })).toEqual(twice);
  });

  it('never merges reports of one scope, whatever id they repeat', async () => {
    expect(await count({ id: 'r1' }, { id: 'r1', at: 1, until: 9 })).toEqual(twice);
  });

  it('never merges what another principal reports, whatever id it names', async () => {
    const own = { scope: 'a', id: 'r1' };
    expect(await count(own, { ...own, scope: 'b', principal: 'stranger' })).toEqual(twice);
  });

  it('never merges it by time either', async () => {
    const total = await count(
      { scope: 'a', at: 0, until: 100 },
      { scope: 'b', at: 10, until: 90, principal: 'stranger' },
    );
    expect(total).toEqual(twice);
  });

  it('lets no stranger’s report stand for a call that says nothing of its usage', async () => {
    const unsaid = { scope: '@opentelemetry/instrumentation-openai', input: '', output: '' };
    const known = { scope: 'opentelemetry.instrumentation.openai.v1', principal: 'stranger' };
    expect(await count(unsaid, { ...known, at: 1, until: 9 })).toEqual({ calls: 2, unpriced: 1, cost: COST });
  });

  it('lets no stranger’s cost take the place of a call’s own', async () => {
    const cheap = { 'tollgate.cost.usd': '0.000001', 'tollgate.cost.source': 'provider' };
    const total = await count(
      { scope: 'a', id: 'r1' },
      { scope: 'b', id: 'r1', principal: 'stranger', attributes: cheap },
    );
    expect(total).toEqual({ calls: 2, unpriced: 0, cost: '0.000201' });
  });

  it('counts as many calls as the most talkative scope reports', async () => {
    expect(
      await count({ scope: 'a', id: 'r1' }, { scope: 'a', id: 'r1', at: 20 }, { scope: 'b', id: 'r1' }),
    ).toEqual(twice);
  });

  it('takes the report that has usage where the other one of the same id has none', async () => {
    expect(await count({ scope: 'a', id: 'r1', input: '', output: '' }, { scope: 'b', id: 'r1' })).toEqual(
      once,
    );
  });

  it('keeps reports of one id apart when their usage disagrees', async () => {
    const total = await count({ scope: 'a', id: 'r1' }, { scope: 'b', id: 'r1', input: '200' });
    expect(total).toEqual({ calls: 2, unpriced: 0, cost: '0.0005' });
  });

  it('agrees on usage after normalising, where one scope leaves cached tokens out of its input', async () => {
    const read = { 'gen_ai.usage.cache_read.input_tokens': '80' };
    const total = await count(
      { scope: 'a', id: 'r1', input: '100', attributes: read },
      { scope: 'b', id: 'r1', input: '20', attributes: read },
    );
    expect(total).toEqual({ calls: 1, unpriced: 0, cost: '0.000128' });
  });

  it('counts a report inside another scope’s once, without ids', async () => {
    expect(await count({ scope: 'a', at: 0, until: 100 }, { scope: 'b', at: 10, until: 90 })).toEqual(once);
  });

  it('counts it once as well when both cover the same time', async () => {
    expect(await count({ scope: 'a' }, { scope: 'b' })).toEqual(once);
  });

  it('does not merge across processes, across usage, or side by side', async () => {
    const outer = { scope: 'a', at: 0, until: 100 };
    expect(await count(outer, { scope: 'b', at: 10, until: 90, process: 'p2' })).toEqual(twice);
    expect((await count(outer, { scope: 'b', at: 10, until: 90, output: '51' })).calls).toBe(2);
    expect(await count({ scope: 'a', at: 0, until: 10 }, { scope: 'b', at: 20, until: 30 })).toEqual(twice);
  });

  it('counts both calls that one outer report wraps', async () => {
    expect(
      await count(
        { scope: 'a', at: 0, until: 100 },
        { scope: 'b', at: 10, until: 20 },
        { scope: 'b', at: 30, until: 40 },
      ),
    ).toEqual(twice);
  });

  it('does not let one inner report hide two outer ones of the same scope', async () => {
    expect(
      await count(
        { scope: 'a', at: 0, until: 100 },
        { scope: 'a', at: 1, until: 99 },
        { scope: 'b', at: 10, until: 20 },
      ),
    ).toEqual(twice);
  });

  it('does not let a chain of scopes hide a second report of the outermost', async () => {
    expect(
      await count(
        { scope: 'a', at: 0, until: 100 },
        { scope: 'b', at: 10, until: 90 },
        { scope: 'a', at: 20, until: 80 },
      ),
    ).toEqual(twice);
  });

  it('does not let an inner report without usage replace one with a cost', async () => {
    const total = await count(
      { scope: 'a', at: 0, until: 100 },
      { scope: 'b', at: 10, until: 90, input: '', output: '' },
    );
    expect(total).toEqual({ calls: 2, unpriced: 1, cost: COST });
  });

  it('counts a report without an id inside one that has an id once', async () => {
    expect(
      await count({ scope: 'a', at: 0, until: 100 }, { scope: 'b', id: 'r1', at: 10, until: 90 }),
    ).toEqual(once);
    expect(
      await count(
        { scope: 'a', at: 0, until: 100 },
        { scope: 'a', at: 1, until: 99 },
        { scope: 'b', id: 'r1', at: 10, until: 90 },
      ),
    ).toEqual(twice);
  });

  it('never counts agents, workflows and tools that repeat the usage of their calls', async () => {
    const repeats = ['invoke_agent', 'invoke_workflow', 'execute_tool'].map((operation) => ({
      scope: 'a',
      at: 0,
      until: 100,
      attributes: { 'gen_ai.operation.name': operation },
    }));
    expect(await count({ scope: 'b', at: 10, until: 20 }, ...repeats)).toEqual(once);
  });

  it('says of a call without usage that it is unpriced, and not that it was free', async () => {
    expect(await count({ input: '', output: '' })).toEqual({ calls: 1, unpriced: 1, cost: '0' });
  });

  it('takes two reports for one call where half of the later one lies inside, since clocks differ', async () => {
    const first = { scope: 'a', at: 0, until: 100 };
    expect(await count(first, { scope: 'b', at: 50, until: 150 })).toEqual(once);
    expect(await count(first, { scope: 'b', at: 51, until: 151 })).toEqual(twice);
  });

  it('takes it from the report without an id where that says more of what prices depend on', async () => {
    const cached = { 'gen_ai.usage.cache_read.input_tokens': '80' };
    const total = await count({ scope: 'a', id: 'r1' }, { scope: 'b', attributes: cached });
    expect(total).toEqual({ calls: 1, unpriced: 0, cost: '0.000128' });
  });

  it('counts each call once where several at a time are reported with ids and without', async () => {
    const cached = { 'gen_ai.usage.cache_read.input_tokens': '80' };
    const calls = [1, 2, 3].flatMap((n) => [
      { scope: 'a', id: `r${n}`, at: n, until: 100 + n },
      { scope: 'b', at: n, until: 100 + n, attributes: n === 2 ? {} : cached },
    ]);
    expect(await count(...calls)).toEqual({ calls: 3, unpriced: 0, cost: '0.000456' });
  });

  it('does not let a report without an id take the place of two of another scope', async () => {
    const cached = { 'gen_ai.usage.cache_read.input_tokens': '80' };
    const total = await count(
      { scope: 'a', id: 'r1' },
      { scope: 'a', id: 'r2' },
      { scope: 'b', attributes: cached },
    );
    expect(total).toEqual({ calls: 2, unpriced: 0, cost: '0.000328' });
  });

  it('does not count an id twice whose copies lie apart, with a report without one beside each', async () => {
    expect(
      await count(
        { scope: 'a', id: 'r1', at: 0, until: 10 },
        { scope: 'b', id: 'r1', at: 500, until: 510 },
        { scope: 'c', at: 0, until: 10 },
      ),
    ).toEqual(once);
  });

  describe('reports without usage, of scopes that are known to report the calls of an SDK', () => {
    const sdk = 'com.anthropic.sdk.typescript';
    const openInference = '@arizeai/openinference-instrumentation-anthropic';
    const openLlmetry = '@traceloop/instrumentation-anthropic';
    const nothing = { input: '', output: '' };
    const none = { unpriced: 1, cost: '0' };

    it('are one call with the report of it that has usage', async () => {
      expect(await count({ scope: sdk, id: 'r1' }, { scope: openInference, ...nothing })).toEqual(once);
      expect(await count({ scope: openInference }, { scope: openLlmetry, id: 'r1', ...nothing })).toEqual(
        once,
      );
    });

    it('are one call with each other, with an id and without', async () => {
      expect(
        await count(
          { scope: sdk, ...nothing },
          { scope: openInference, ...nothing },
          { scope: openLlmetry, ...nothing },
        ),
      ).toEqual({ calls: 1, ...none });
      expect(await count({ scope: sdk, id: 'r1', output: '' }, { scope: openInference, ...nothing })).toEqual(
        { calls: 1, ...none },
      );
    });

    it('are never merged within one scope', async () => {
      expect(await count({ scope: sdk, ...nothing }, { scope: sdk, at: 1, until: 9, ...nothing })).toEqual({
        ...{ calls: 2, unpriced: 2, cost: '0' },
      });
      expect(
        await count(
          { scope: openInference },
          { scope: sdk, ...nothing },
          { scope: sdk, at: 1, until: 9, ...nothing },
        ),
      ).toEqual({ calls: 2, unpriced: 1, cost: COST });
      // What a scope reported with usage is a call of its own, beside what it reported without.
      expect(await count({ scope: sdk }, { scope: sdk, at: 1, until: 9, ...nothing })).toEqual({
        ...{ calls: 2, unpriced: 1, cost: COST },
      });
    });

    it('are calls of their own where ids differ, or nothing was reported at that time', async () => {
      expect(
        await count({ scope: sdk, id: 'r1', ...nothing }, { scope: openLlmetry, id: 'r2', ...nothing }),
      ).toEqual({ calls: 2, unpriced: 2, cost: '0' });
      expect(await count({ scope: sdk }, { scope: openInference, at: 20, until: 30, ...nothing })).toEqual({
        ...{ calls: 2, unpriced: 1, cost: COST },
      });
      expect(await count({ scope: sdk }, { scope: openInference, process: 'p2', ...nothing })).toEqual({
        ...{ calls: 2, unpriced: 1, cost: COST },
      });
    });

    it('do not take one call without an id for two whose ids differ', async () => {
      expect(
        await count(
          { scope: openInference },
          { scope: sdk, id: 'r1', ...nothing },
          { scope: openLlmetry, id: 'r2', ...nothing },
        ),
      ).toEqual({ calls: 2, unpriced: 1, cost: COST });
    });
  });
});
