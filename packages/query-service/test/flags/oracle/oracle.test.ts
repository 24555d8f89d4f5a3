import type { ClickHouse } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { addUsd, compareUsd } from '@tollgate/contract';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { evaluateControls } from '../../../src/flags/evaluate.ts';
import { evaluationTables } from '../../../src/flags/tables.ts';
import { systemClock } from '../../../src/state/time.ts';
import { approvalFlow, type Flow } from '../../support/approval-flow.ts';
import { startService, type TestService } from '../../support/service.ts';
import { versionOf } from '../../support/workflow.ts';
import { Agent, collect, type LandingRow, type RunIdentity } from '../agent.ts';
import { approved, PLANTS, type Plant } from './plants.ts';
import { LIMITS, ORACLE_WORKFLOW, ORACLE_YAML } from './workflow.ts';

const RUNS = 174;
const SEED = 20261123;

let clickhouse: ClickHouse;
let service: TestService;
let flow: Flow;
let alice: string;
/** Seconds that the service's clock is ahead, so that every grace is over without waiting for it. */
let ahead = 0n;
const policy_version = versionOf(ORACLE_YAML);

beforeAll(async () => {
  clickhouse = await startTestClickHouse();
  const { reader, service: writer } = clickhouse.clients;
  const clock = systemClock();
  service = await startService({
    store: { reader, service: writer },
    clock: () => clock() + ahead * 1_000_000_000n,
    background: [],
  });
  service.service.start();
  flow = await approvalFlow(service);
  alice = flow.alice;
  const registered = await service.call(flow.owner, 'POST', '/v1/workflows', { yaml: ORACLE_YAML });
  expect(registered.status).toBe(201);
});
afterAll(async () => {
  await service?.close();
  await clickhouse?.close();
});

/** A small generator of numbers in [0, 1): the same runs every time. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function shuffled<T>(items: readonly T[], next: () => number): T[] {
  const copy = [...items];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [copy[i], copy[j]] = [copy[j] as T, copy[i] as T];
  }
  return copy;
}

async function register(): Promise<string> {
  const { body } = await service.call(flow.agent, 'POST', '/v1/runs', {
    ...{ workflow: ORACLE_WORKFLOW, policy_version, writer: uuidv7(), initiator: 'bob@example.com' },
    initiator_token: flow.bob,
  });
  return String(body['run_id']);
}

async function makeRun(plants: readonly Plant[], foreign_approval: string): Promise<Agent> {
  const run_id = plants.some(({ unregistered }) => unregistered) ? uuidv7() : await register();
  const truth: RunIdentity = {
    run_id,
    workflow: ORACLE_WORKFLOW,
    policy_version,
    owner: 'owner@example.com',
    team: 'ops',
  };
  const agent = new Agent(Object.assign({}, truth, ...plants.map(({ claims }) => claims ?? {})));
  if (!plants.some(({ bare }) => bare)) {
    agent.start();
    agent.call('0.25');
  }
  for (const plant of plants) await plant.act({ agent, flow, alice, foreign_approval });
  const end = plants.find((plant) => plant.end !== undefined)?.end;
  if (end === undefined) agent.seal();
  else end(agent);
  return agent;
}

/** Flags as they stand: `run control` (or `scope control`) → how many are open. */
async function openFlags(): Promise<Record<string, number>> {
  const rows = await evaluationTables(service.service.control.db)
    .selectFrom('flags')
    .select(['scope', 'control'])
    .where('state', '=', 'open')
    .execute();
  return Object.fromEntries(tally(rows.map(({ scope, control }) => `${scope} ${control}`)));
}

function tally(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** Plants that can stand in one run without hiding each other: those that change only what happens in between. */
const COMBINABLE = PLANTS.filter(
  (plant) => !plant.bare && !plant.claims && !plant.unregistered && !plant.end,
);

test('flags found are the violations planted, none more and none fewer', async () => {
  const next = random(SEED);
  const agents: Agent[] = [];
  const expected = new Map<string, number>();
  let spent = '0';
  const lender = await makeRun([], '');
  agents.push(lender);
  spent = addUsd(spent, '0.25');
  const { approval_id: foreign } = await approved({ agent: lender, flow, alice, foreign_approval: '' }, true);
  for (let index = 0; index < RUNS; index++) {
    const plant = PLANTS[index % PLANTS.length] as Plant;
    const second = COMBINABLE[Math.floor(next() * COMBINABLE.length)] as Plant;
    const both = COMBINABLE.includes(plant) && second !== plant && next() < 0.5;
    const plants = both ? [plant, second] : [plant];
    const agent = await makeRun(plants, foreign);
    agents.push(agent);
    if (!plant.bare) spent = addUsd(spent, '0.25');
    if (plants.some(({ flags }) => flags.includes('budget_breach')))
      spent = addUsd(spent, '5.000000000000001');
    for (const control of expectedOf(plants)) {
      const name = `${agent.run.run_id} ${control}`;
      expected.set(name, (expected.get(name) ?? 0) + 1);
    }
  }
  const day = new Date().toISOString().slice(0, 10);
  if (compareUsd(spent, LIMITS.day) > 0) expected.set(`${ORACLE_WORKFLOW}/day/${day} budget_breach`, 1);
  expect(compareUsd(spent, LIMITS.day)).toBeGreaterThan(0);

  await deliver(agents, next);
  await service.service.flush();
  ahead = 7200n;
  await evaluateControls(service.service.deps);
  await service.service.flush();
  await evaluateControls(service.service.deps);
  expect(await openFlags()).toEqual(Object.fromEntries(expected));

  // A full evaluation agrees with the incremental one, and judging again changes nothing.
  const nothing = { raised: 0, reopened: 0, updated: 0, cleared: 0, sampled: 0 };
  expect(await evaluateControls(service.service.deps, { since: 0n })).toMatchObject(nothing);
  // Nor does a replay of every span, in batches of another size.
  await collect(
    clickhouse,
    shuffled(
      agents.flatMap(({ rows }) => rows),
      next,
    ),
  );
  expect(await evaluateControls(service.service.deps)).toMatchObject(nothing);
  expect(await openFlags()).toEqual(Object.fromEntries(expected));
  await unansweredIncidents();
}, 120_000);

/** Every other critical flag is acknowledged in time: a week later, exactly the others did not reach their path. */
async function unansweredIncidents(): Promise<void> {
  const { deps, control, flush } = service.service;
  const flags = () => evaluationTables(control.db).selectFrom('flags').selectAll();
  const critical = await flags().where('severity', '=', 'critical').where('state', '=', 'open').execute();
  const answered = critical.filter((_, index) => index % 2 === 0);
  for (const { flag_id } of answered) {
    const body = { note: 'seen' };
    const { status } = await service.call(alice, 'POST', `/v1/flags/${flag_id}/acknowledge`, body);
    expect(status).toBe(200);
  }
  ahead += 8n * 86_400n;
  await evaluateControls(deps);
  await flush();
  const missed = await flags().where('control', '=', 'incident_path_reached').execute();
  const about = missed.map(({ evidence }) => String(JSON.parse(evidence).flag_id));
  const unanswered = critical.filter((flag) => !answered.includes(flag)).map(({ flag_id }) => flag_id);
  expect(about.sort()).toEqual(unanswered.sort());
  expect(unanswered.length).toBeGreaterThan(10);
}

/** Two plants may break one rule twice; the budget of a run is broken once, however often it is overspent. */
function expectedOf(plants: readonly Plant[]): readonly string[] {
  const all = plants.flatMap(({ flags }) => flags);
  return all.filter((control, index) => control !== 'budget_breach' || all.indexOf(control) === index);
}

/** Shuffled over all runs, every tenth span twice, in batches of odd sizes, with evaluations in between. */
async function deliver(agents: readonly Agent[], next: () => number): Promise<void> {
  const rows = agents.flatMap((agent) => agent.rows);
  const twice = rows.filter(() => next() < 0.1);
  const queue: LandingRow[] = shuffled([...rows, ...twice], next);
  let batches = 0;
  while (queue.length > 0) {
    await collect(clickhouse, queue.splice(0, 300 + Math.floor(next() * 300)));
    batches += 1;
    if (batches % 2 === 0) await evaluateControls(service.service.deps);
  }
}
