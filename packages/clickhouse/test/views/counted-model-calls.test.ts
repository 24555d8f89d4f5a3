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
});
