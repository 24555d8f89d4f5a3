import { randomUUID } from 'node:crypto';
import type { ClickHouse } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { addUsd } from '@tollgate/contract';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { evaluateControls } from '../../src/flags/evaluate.ts';
import { seconds, systemClock } from '../../src/state/time.ts';
import { Agent, collect, span } from '../flags/agent.ts';
import { ARGUMENTS } from '../support/approval-flow.ts';
import { startService, type TestService } from '../support/service.ts';
import { versionOf, workflowYaml } from '../support/workflow.ts';
import { MATRIX } from './matrix.ts';
import { ALL_ROUTES, nameOf } from './routes.ts';

/** Five departments share one installation. Each name is in everything that is theirs, and in nothing else. */
const TEAMS = ['finance', 'logistics', 'marketing', 'payroll', 'research'] as const;
type Team = (typeof TEAMS)[number];

let clickhouse: ClickHouse;
let service: TestService;
let auditor: string;
const people = new Map<Team, string>();
beforeAll(async () => {
  clickhouse = await startTestClickHouse();
  const { reader, service: writer } = clickhouse.clients;
  const clock = systemClock();
  let ahead = 0;
  service = await startService({
    store: { reader, service: writer },
    clock: () => clock() + seconds(ahead),
    background: [],
  });
  service.service.start();
  auditor = await service.person('auditor@example.com', ['auditor'], ['*']);
  for (const [at, team] of TEAMS.entries()) await work(team, at + 1);
  ahead = 3600;
  await evaluateControls(service.service.deps, { since: 0n });
  for (const team of TEAMS)
    await service.call(people.get(team), 'POST', `/v1/workflows/${team}-flow/suspend`, { reason: team });
  await service.service.flush();
});
afterAll(async () => {
  await service?.close();
  await clickhouse?.close();
});

/** A run of the team, with a call that waits, calls that cost, one unpriced, one without its approval, and a span that cannot be stored. */
async function work(team: Team, usd: number): Promise<void> {
  const owner = `owner@${team}.example.com`;
  const workflow = `${team}-flow`;
  const roles = ['owner', 'reviewer', 'approver', 'auditor', 'admin'] as const;
  const token = await service.person(owner, roles, [team]);
  people.set(team, token);
  const yaml = workflowYaml({ workflow, team, owner, approvers: [owner], expires: '4h' });
  const policy_version = versionOf(yaml);
  expect((await service.call(token, 'POST', '/v1/workflows', { yaml })).status).toBe(201);
  const key = await service.key(team);
  const writer = randomUUID();
  const registered = await service.call(key, 'POST', '/v1/runs', {
    ...{ workflow, policy_version, writer, initiator: team, initiator_token: token },
  });
  const run_id = String(registered.body['run_id']);
  const asked = await service.call(key, 'POST', '/v1/approvals', {
    ...{ run_id, workflow, policy_version, tool: 'deploy', call_id: `${team}-call`, action: 'deploy' },
    ...{ arguments: ARGUMENTS, rollback_note: team },
  });
  expect(asked.status).toBe(201);
  const lease = { lease_id: uuidv7(), writer, wanted_usd: '0.1', minimum_usd: '0.1', settled: [] };
  const leased = await service.call(key, 'POST', `/v1/runs/${run_id}/leases`, lease);
  expect(leased.status).toBe(201);
  const agent = new Agent({ run_id, workflow, policy_version, owner, team });
  agent.start();
  agent.call(`${usd}.5`);
  agent.call(null);
  agent.tool('deploy', 'deploy', 3, { target: 'production' }, { call_id: `${team}-forged` });
  agent.tool('set_status', 'update_status', 2, { id: team, status: 'open' }, { outcome: 'failed' });
  await collect(clickhouse, [...agent.rows, span({ span_id: 'not hex', principal: `${team}-agent` })]);
}

const lists = ALL_ROUTES.filter(
  (route) => route.method === 'get' && route.stream === undefined && !route.path.includes('{'),
).map(nameOf);
const ASKED: Readonly<Record<string, string>> = {
  'get /v1/costs': '?group_by=team,workflow,run',
  'get /v1/prices/explain': '?provider=openai&model=gpt-4o',
};
async function answer(token: string | undefined, name: string) {
  const path = name.replace('get ', '');
  const { status, body } = await service.call(token, 'GET', `${path}${ASKED[name] ?? ''}`);
  expect([name, status]).toEqual([name, 200]);
  return { body, text: JSON.stringify(body) };
}

/** Lists in which each of the departments has something; whoever adds one finds it missing here. */
const OF_TEAMS = [
  'get /v1/approvals',
  'get /v1/budgets',
  'get /v1/controls/coverage',
  'get /v1/controls/results',
  'get /v1/costs',
  'get /v1/flags',
  'get /v1/keys',
  'get /v1/notifications',
  'get /v1/people',
  'get /v1/quarantine',
  'get /v1/runs',
  'get /v1/samples',
  'get /v1/samples/report',
  'get /v1/session',
  'get /v1/suspensions',
  'get /v1/tokens',
  'get /v1/workflows',
];

describe('five departments in one installation', () => {
  test('are each in the lists, for whoever sees every team', async () => {
    const full: string[] = [];
    for (const name of lists) {
      const { text } = await answer(auditor, name);
      if (TEAMS.every((team) => text.includes(team))) full.push(name);
    }
    expect(full.sort()).toEqual(OF_TEAMS.filter((name) => name !== 'get /v1/session'));
  });

  test.each(TEAMS)('%s sees its own, and of the others not even a name', async (team) => {
    const own: string[] = [];
    for (const name of lists) {
      const { text } = await answer(people.get(team), name);
      for (const other of TEAMS)
        if (other !== team) expect([name, text.includes(other)]).toEqual([name, false]);
      if (text.includes(team)) own.push(name);
    }
    expect(own.sort()).toEqual(OF_TEAMS);
  });

  test('have sums of their own, which together are the whole', async () => {
    const total = async (token: string | undefined) =>
      (await answer(token, 'get /v1/costs')).body['total'] as { cost_usd: string; unpriced_calls: number };
    const sums = await Promise.all(TEAMS.map((team) => total(people.get(team))));
    expect(sums.map(({ cost_usd }) => cost_usd)).toEqual(['1.5', '2.5', '3.5', '4.5', '5.5']);
    expect(sums.map(({ unpriced_calls }) => unpriced_calls)).toEqual([1, 1, 1, 1, 1]);
    const whole = await total(auditor);
    expect(whole).toMatchObject({
      cost_usd: addUsd(...sums.map(({ cost_usd }) => cost_usd)),
      unpriced_calls: 5,
    });
  });

  test('count only their own runs and samples as a population', async () => {
    const numbers = async (token: string | undefined, name: string, field: string) => {
      const { body } = await answer(token, name);
      const items = body['items'] as Record<string, unknown>[];
      return items.reduce((sum, item) => sum + Number(item[field] ?? 0), 0);
    };
    for (const [name, field] of [
      ['get /v1/controls/coverage', 'population'],
      ['get /v1/samples/report', 'samples'],
      ['get /v1/prices/unpriced', 'calls'],
    ] as const) {
      const own = await Promise.all(TEAMS.map((team) => numbers(people.get(team), name, field)));
      const whole = await numbers(auditor, name, field);
      expect([name, own.every((count) => count > 0)]).toEqual([name, true]);
      expect([name, own.reduce((sum, count) => sum + count)]).toEqual([name, whole]);
    }
  });
});

test('an auditor may ask nothing that changes anything, but end their own session', () => {
  const changes = ALL_ROUTES.filter(({ method }) => method !== 'get').map(nameOf);
  expect(changes.filter((name) => MATRIX[name]?.roles.includes('auditor'))).toEqual(['delete /v1/session']);
});
