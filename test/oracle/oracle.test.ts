import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { CONTROLS } from '../../packages/query-service/src/controls/catalogue.ts';
import { coverageList } from '../../packages/query-service/src/controls/coverage.ts';
import { evaluationTables } from '../../packages/query-service/src/flags/tables.ts';
import { rngOf } from '../support/rng.ts';
import { deliverRuns, sendAll, shuffled } from './deliver.ts';
import { expectedFlags, tally } from './expected.ts';
import { openWorld, type World } from './world.ts';

/** Any others can be given: `ORACLE_SEED=7 ORACLE_RUNS=300 npx vitest run test/oracle`. */
const RUNS = z.coerce.number().int().min(100).default(2000).parse(process.env['ORACLE_RUNS']);
const SEED = z.coerce.number().int().default(20_261_123).parse(process.env['ORACLE_SEED']);
const NOTHING = { raised: 0, reopened: 0, updated: 0, cleared: 0, sampled: 0 };

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world?.close());

const flags = (state: 'open' | 'cleared') =>
  evaluationTables(world.service.service.control.db)
    .selectFrom('flags')
    .select(['scope', 'control', 'cleared_because', 'evidence'])
    .where('state', '=', state)
    .execute();

/** Flags as they stand: `scope control` → how many are open. */
async function openFlags(): Promise<Record<string, number>> {
  const rows = await flags('open');
  return Object.fromEntries(tally(rows.map(({ scope, control }) => `${scope} ${control}`)));
}

test(`seed ${SEED}: of ${RUNS} runs, flags found are the violations planted, none more and none fewer`, async () => {
  const rng = rngOf(SEED);
  const { made, late } = await deliverRuns(world, RUNS, rng);
  const day = new Date().toISOString().slice(0, 10);
  const expected = Object.fromEntries(expectedFlags(made, day));
  world.later(7200n);
  await world.evaluate();
  // What arrives after every grace heals what its absence had raised, and the flag says so.
  await sendAll(world.url, late, rng);
  const { cleared: healed } = await world.evaluate();
  expect(healed).toBeGreaterThan(0);
  world.later(7200n);
  await world.evaluate();
  expect(await world.evaluate()).toMatchObject(NOTHING);
  expect(await openFlags()).toEqual(expected);
  expect((await flags('cleared')).filter(({ cleared_because }) => !cleared_because)).toEqual([]);
  expect((await flags('open')).filter(({ evidence }) => evidence === '{}')).toEqual([]);

  // A full evaluation agrees with the incremental one.
  const { body } = await world.service.call(world.admin, 'POST', '/v1/controls/evaluate', { full: true });
  expect(body).toMatchObject(NOTHING);
  expect(body['runs']).toBeGreaterThanOrEqual(made.length);
  // Nor does anything change when every span is sent a second time, in bodies of another make-up.
  const all = made.flatMap(({ agent }) => agent.rows);
  await sendAll(world.url, shuffled(all, rng), rng);
  expect(await world.evaluate()).toMatchObject(NOTHING);
  expect(await openFlags()).toEqual(expected);
  await coverageAgrees(Object.keys(expected));
}, 600_000);

/** Failed runs of each control's coverage are those with a violation, counted apart; everything adds up. */
async function coverageAgrees(expected: readonly string[]): Promise<void> {
  await world.service.service.flush();
  const { body } = await world.service.call(world.admin, 'GET', '/v1/controls/coverage');
  const { items } = coverageList.parse(body);
  const ofRuns = items.filter(({ population_of }) => population_of === 'runs');
  for (const { population, passed, failed, unknown } of items)
    expect(passed + failed + unknown).toBe(population);
  const inRuns = expected.map((name) => name.split(' ')).filter(([scope = '']) => !scope.includes('/'));
  for (const control of new Set(ofRuns.map((each) => each.control))) {
    const failed = ofRuns
      .filter((each) => each.control === control)
      .reduce((sum, each) => sum + each.failed, 0);
    expect([control, failed]).toEqual([control, inRuns.filter(([, name]) => name === control).length]);
  }
}

test('every control is broken at least once, but for the one of totals, the one that takes a day to break, and the one that no evidence breaks', async () => {
  const broken = new Set((await flags('open')).map(({ control }) => control));
  expect(CONTROLS.map(({ control }) => control).filter((control) => !broken.has(control))).toEqual([
    'policy_current',
    'rollups_agree',
    'run_judged',
  ]);
});
