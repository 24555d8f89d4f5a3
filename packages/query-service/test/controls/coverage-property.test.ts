import type { ClickHouse } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CONTROLS } from '../../src/controls/catalogue.ts';
import { populationOf } from '../../src/controls/population.ts';
import { setLastEvaluation } from '../../src/flags/last-evaluation.ts';
import type { PersonIdentity } from '../../src/identity/identity.ts';
import { seconds } from '../../src/state/time.ts';
import { startService, type TestService } from '../support/service.ts';
import { versionOf, workflowYaml } from '../support/workflow.ts';
import { type Facts, factsOf } from './populations/facts.ts';
import { storeRow } from './populations/flags.ts';
import { type Unit, unitsOf, type View } from './populations/model.ts';
import { DUE, EDGES, nanos, planOf, WORKFLOWS } from './populations/plan.ts';
import { plantFindings, plantRuns } from './populations/plant.ts';
import { type List, listOf, type Period, readList, readPages, shown, together } from './populations/read.ts';

const SEED = 23;

/** Those that have keys: what comes under any other name is nobody's. */
const TEAMS = ['ops', 'legal', 'sales'] as const;

let store: ClickHouse;
let service: TestService;
let facts: Facts;
let received: readonly bigint[];
beforeAll(async () => {
  store = await startTestClickHouse();
  const { reader, service: writer } = store.clients;
  // Never started, so that what is on its way stays there.
  service = await startService({ store: { reader, service: writer }, background: [] });
  const versions: Record<string, string> = {};
  for (const [workflow, team] of Object.entries(WORKFLOWS)) {
    const owner = await service.person(`${team}@example.com`, ['owner'], [team]);
    const yaml = workflowYaml({ workflow, team, owner: `${team}@example.com` });
    await service.call(owner, 'POST', '/v1/workflows', { yaml });
    versions[workflow] = versionOf(yaml);
  }
  for (const team of TEAMS) await service.key(team);
  const plan = planOf(SEED);
  received = await plantRuns(store, plan, versions);
  facts = factsOf(plan, versions, received);
  await plantFindings(store, plan, facts);
});
afterAll(async () => {
  await service?.close();
  await store?.close();
});

const seeing = (...teams: string[]): PersonIdentity => ({
  ...{ kind: 'person', person_id: 'p', name: 'p@example.com', display_name: 'P', groups: [] },
  ...{ roles: ['auditor'], teams, reads_content: false, session_id: undefined },
});
const AUDITOR = seeing('*');
const OPS = seeing('ops');
const OTHERS = seeing('legal', 'sales');

/** Before the first edge, between two of them, after the last, and several of those together. */
const BOUNDS = [undefined, ...EDGES, undefined];
const periodOf = (first: number, last: number): Period => ({ from: BOUNDS[first], to: BOUNDS[last] });
const PERIODS = BOUNDS.flatMap((_, first) =>
  BOUNDS.slice(first + 1).map((__, after): [number, number] => [first, first + 1 + after]),
);
const END = nanos('2262-01-01T00:00:00Z');

/** Around the moments at which more becomes known. */
const moments = fc.record({
  evaluated: fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ batch: fc.nat({ max: 3 }), grace: fc.constantFrom(0, 15, 30, 60, 3600) }),
    },
    { weight: 1, arbitrary: fc.constantFrom(...EDGES, 'never' as const) },
  ),
  now: fc.constantFrom(...EDGES),
  by: fc.constantFrom(-1n, 0n, 1n),
});
type Moments = typeof moments extends fc.Arbitrary<infer T> ? T : never;

function viewOf({ evaluated, now, by }: Moments, { from, to }: Period, outbox: boolean): View {
  const until =
    evaluated === 'never'
      ? 0n
      : typeof evaluated === 'string'
        ? nanos(evaluated) + DUE.incident + by
        : (received[evaluated.batch] ?? 0n) + seconds(evaluated.grace) + by;
  return {
    from: from === undefined ? 0n : nanos(from),
    to: to === undefined ? END : nanos(to),
    ...{ evaluated: until, now: nanos(now) + DUE.sample + by, outbox },
  };
}

const depsOf = ({ now }: View) => ({ ...service.service.deps, clock: () => now });

/** Controls that are counted over something. */
const COUNTED = CONTROLS.map(({ control }) => control).filter((control) => populationOf(control));

async function listAgrees(when: Moments, period: Period, outbox: boolean): Promise<List> {
  const view = viewOf(when, period, outbox);
  const list = await readList(depsOf(view), AUDITOR, period);
  expect({ when, period, list }).toEqual({ when, period, list: listOf(unitsOf(facts, view)) });
  return list;
}

const seenBy =
  (...teams: string[]) =>
  ({ needs }: Pick<Unit, 'needs'>) =>
    needs.every((team) => teams.includes(team));

/** Each sees what is of their teams alone; a run that several teams sent something of is seen by who sees all of them. */
async function teamsAgree(when: Moments, period: Period): Promise<void> {
  const view = viewOf(when, period, false);
  const units = unitsOf(facts, view);
  const ops = await readList(depsOf(view), OPS, period);
  expect(ops).toEqual(listOf(units.filter(seenBy('ops'))));
  const others = await readList(depsOf(view), OTHERS, period);
  expect(others).toEqual(listOf(units.filter(seenBy('legal', 'sales'))));
  const all = await readList(depsOf(view), seeing(...TEAMS), period);
  expect(all).toEqual(listOf(units.filter(seenBy(...TEAMS))));
  expect(await readList(depsOf(view), seeing(), period)).toEqual({});
}

const nameOf = ({ run_id, unit }: Pick<Unit, 'run_id' | 'unit'>) => `${run_id} ${unit}`;
const byName = (a: Pick<Unit, 'run_id' | 'unit'>, b: Pick<Unit, 'run_id' | 'unit'>) =>
  nameOf(a) < nameOf(b) ? -1 : 1;

async function pagesAgree(when: Moments, period: Period, control: string, outbox: boolean): Promise<void> {
  const view = viewOf(when, period, outbox);
  const wanted = unitsOf(facts, view).filter((unit) => unit.control === control);
  const found = await readPages(depsOf(view), AUDITOR, control, { ...period, limit: 19 });
  expect(found.toSorted(byName)).toEqual(wanted.map(shown).sort(byName));
  const times = found.map(({ at }) => BigInt(String(at)));
  expect(times).toEqual(times.toSorted((a, b) => Number(b - a)));
  const failed = { ...period, limit: 200, result: 'failed' } as const;
  const whatOps = await readPages(depsOf(view), OPS, control, failed);
  const whatOthers = await readPages(depsOf(view), OTHERS, control, failed);
  const failing = wanted.filter((unit) => unit.result === 'failed');
  const shownTo = (...teams: string[]) => failing.filter(seenBy(...teams)).map(shown);
  expect(whatOps.toSorted(byName)).toEqual(shownTo('ops').sort(byName));
  expect(whatOthers.toSorted(byName)).toEqual(shownTo('legal', 'sales').sort(byName));
}

/** At each of so many moments, with everything evaluated until then. */
async function atEach(
  { numRuns, seed, outbox = false }: { numRuns: number; seed: number; outbox?: boolean },
  work: (when: Moments, turn: number) => Promise<void>,
): Promise<void> {
  for (const [turn, when] of fc.sample(moments, { numRuns, seed }).entries()) {
    await setLastEvaluation(service.service, viewOf(when, {}, outbox).evaluated);
    await work(when, turn);
  }
}

test('every control’s coverage is what its definition says, and parts of a period add up to the whole', async () => {
  await atEach({ numRuns: 3, seed: SEED }, async (when) => {
    const lists = new Map<string, List>();
    for (const [first, last] of PERIODS)
      lists.set(`${first}-${last}`, await listAgrees(when, periodOf(first, last), false));
    for (const [first, last] of PERIODS)
      for (let between = first + 1; between < last; between += 1) {
        const parts = [`${first}-${between}`, `${between}-${last}`].map((part) => lists.get(part) ?? {});
        expect(together(...parts)).toEqual(lists.get(`${first}-${last}`));
      }
  });
}, 120_000);

test('each sees what is of his teams, and pages hold each unit that the list counts once, the newest first', async () => {
  await atEach({ numRuns: 4, seed: SEED + 1 }, async (when, turn) => {
    const period = periodOf(...(PERIODS[turn * 3] ?? [0, 1]));
    await teamsAgree(when, period);
    for (const control of COUNTED.filter((_, index) => index % 4 === turn))
      await pagesAgree(when, period, control, false);
  });
}, 120_000);

test('whatever may still be on its way to the store is unknown', async () => {
  await service.service.control.change(async (change) => {
    for (const flag of facts.flags.filter(({ pending }) => pending))
      await change.row('flags', storeRow(flag));
  });
  await atEach({ numRuns: 4, seed: SEED + 2, outbox: true }, async (when, turn) => {
    await listAgrees(when, {}, true);
    for (const control of COUNTED.slice(turn * 5).slice(0, 1))
      await pagesAgree(when, periodOf(1, 3), control, true);
  });
}, 120_000);
