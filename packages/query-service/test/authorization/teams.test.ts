import { randomUUID } from 'node:crypto';
import type { ClickHouse } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { ROLES, type Role } from '@tollgate/contract';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { evaluateControls } from '../../src/flags/evaluate.ts';
import { seconds, systemClock } from '../../src/state/time.ts';
import { Agent, collect } from '../flags/agent.ts';
import { ARGUMENTS, approvalFlow, type Flow } from '../support/approval-flow.ts';
import { startService, type TestService } from '../support/service.ts';
import { workflowYaml } from '../support/workflow.ts';
import { MATRIX } from './matrix.ts';
import { ALL_ROUTES, nameOf } from './routes.ts';

let clickhouse: ClickHouse;
let service: TestService;
let flow: Flow;
/** One thing of each kind, all of the team `ops`. */
let things: Readonly<Record<string, string>>;
const own = new Map<Role, string>();
const others = new Map<Role, string>();
beforeAll(async () => {
  clickhouse = await startTestClickHouse();
  const { reader, service: writer } = clickhouse.clients;
  const clock = systemClock();
  let ahead = 0;
  service = await startService({
    store: { reader, service: writer, disposal: clickhouse.disposal },
    clock: () => clock() + seconds(ahead),
    background: [],
  });
  service.service.start();
  flow = await approvalFlow(service);
  for (const role of ROLES)
    for (const [team, tokens] of [
      ['ops', own],
      ['elsewhere', others],
    ] as const)
      tokens.set(
        role,
        role === 'agent'
          ? await service.key(team)
          : await service.person(`${role}@${team}.example.com`, [role], [team]),
      );
  const run_id = await flow.run();
  const { body } = await flow.ask(run_id);
  const agent = new Agent({
    ...{ run_id, workflow: 'ops-deploy', policy_version: flow.policy_version },
    ...{ owner: 'owner@example.com', team: 'ops' },
  });
  agent.start();
  agent.call('0.5');
  agent.tool('deploy', 'deploy', 3, { target: 'production' }, { rollback_note: 'redeploy' });
  agent.tool(
    'set_status',
    'update_status',
    2,
    { id: 'T-1', status: 'open' },
    { outcome: 'failed', rollback_note: 'set it back' },
  );
  await collect(clickhouse, agent.rows);
  ahead = 3600;
  await evaluateControls(service.service.deps, { since: 0n });
  await service.service.flush();
  const of = async (path: string, field: string) => {
    const answer = await service.call(own.get('admin'), 'GET', path);
    const [first] = answer.body['items'] as Record<string, unknown>[];
    return String(first?.[field]);
  };
  things = {
    ...{
      run_id,
      workflow: 'ops-deploy',
      approval_id: String(body['approval_id']),
      control: 'approval_matches',
    },
    email: 'alice@example.com',
    credential_id: flow.agent.split('_')[1] ?? '',
    hold_id: await holdOf(run_id),
    erasure_id: await erasureOf(),
    flag_id: await of('/v1/flags?control=approval_matches', 'flag_id'),
    sample_id: await of('/v1/samples', 'sample_id'),
  };
  for (const [kind, id] of Object.entries(things)) expect([kind, id]).not.toEqual([kind, 'undefined']);
});
afterAll(async () => {
  await service?.close();
  await clickhouse?.close();
});

async function holdOf(run_id: string): Promise<string> {
  const { body } = await service.call(own.get('admin'), 'POST', '/v1/holds', { run_id, reason: 'a drill' });
  return String(body['hold_id']);
}

/** Of another run, since that one has an approval that is open. */
async function erasureOf(): Promise<string> {
  const body = { run_id: await flow.run(), reason: 'a drill' };
  return String((await service.call(own.get('admin'), 'POST', '/v1/erasures', body)).body['erasure_id']);
}

/** What these routes want to be asked with, so that nothing but the team can be in the way. */
function bodyOf(name: string): unknown {
  const { run_id, workflow } = things;
  const { policy_version } = flow;
  const call = { run_id, tool: 'deploy', policy_version, call_id: 'call', arguments: ARGUMENTS };
  const writer = randomUUID();
  const bodies: Readonly<Record<string, unknown>> = {
    'post /v1/runs': { workflow, policy_version, writer, initiator: 'somebody' },
    'post /v1/runs/{run_id}/resume': { workflow, policy_version, writer },
    'post /v1/workflows/{workflow}/stop': {
      run_id,
      reason: 'stop_condition',
      field: 'stops_when.denials',
      detail: '',
    },
    'post /v1/approvals': { ...call, workflow, action: 'deploy', rollback_note: 'redeploy' },
    'post /v1/approvals/{approval_id}/consume': call,
    'post /v1/approvals/{approval_id}/withdraw': { reason: 'not needed' },
    'post /v1/runs/{run_id}/leases': {
      lease_id: uuidv7(),
      writer,
      wanted_usd: '0.1',
      minimum_usd: '0.1',
      settled: [],
    },
    'post /v1/runs/{run_id}/leases/settle': {
      writer,
      settled: [{ lease_id: uuidv7(), spent_usd: '0', closed: true }],
    },
    'post /v1/workflows': { yaml: workflowYaml() },
    'post /v1/people': { email: 'x@example.com', display_name: 'X', roles: ['owner'], teams: ['ops'] },
    'patch /v1/people/{email}': { groups: ['release'] },
    'post /v1/keys': { principal: 'another', team: 'ops', workflows: ['*'] },
    'post /v1/keys/{credential_id}/rotate': {},
    'post /v1/approvals/{approval_id}/decision': { decision: 'refuse', reason: 'no' },
    'post /v1/samples/{sample_id}/review': { verdict: 'acceptable', note: 'looked at it' },
    'post /v1/holds': { run_id, reason: 'a drill' },
    'post /v1/erasures': { run_id, reason: 'a drill' },
    'post /v1/erasures/preview': { run_id },
    'post /v1/flags/{flag_id}/acknowledge': { note: 'seen' },
    'post /v1/flags/{flag_id}/resolve': { note: 'seen' },
  };
  return bodies[name] ?? { reason: 'a drill' };
}

const ofTeams = ALL_ROUTES.filter((route) => MATRIX[nameOf(route)]?.of === 'team');
const streams = ofTeams.filter(({ stream }) => stream !== undefined).map(nameOf);

describe.each(
  ofTeams.filter(({ stream }) => stream === undefined).map((route) => ({ route, name: nameOf(route) })),
)('$name', ({ route, name }) => {
  const asked = () => route.path.replaceAll(/\{(\w+)\}/g, (_, kind: string) => things[kind] ?? '');
  const roles = ROLES.filter((role) => MATRIX[name]?.roles.includes(role));
  const ask = (token: string | undefined) =>
    service.call(
      token,
      route.method.toUpperCase(),
      asked(),
      route.body === undefined ? undefined : bodyOf(name),
    );
  const isOfOne = route.path.includes('{') && !route.path.includes('{control}');

  test.each(roles)('as %s of another team: as if nothing were there', async (role) => {
    const { status, body } = await ask(others.get(role));
    const shown = JSON.stringify(body);
    if (isOfOne || route.method !== 'get') expect([status, shown]).toEqual([404, expect.anything()]);
    else expect(status).toBeLessThan(500);
    for (const id of [things['run_id'], things['flag_id'], things['sample_id'], 'owner@example.com'])
      expect(shown).not.toContain(id);
  });

  // Otherwise what another team is told would say nothing.
  if (route.method !== 'get')
    test.each(roles)('as %s of the team: it is there to be changed', async (role) => {
      const { status } = await ask(own.get(role));
      expect([401, 404]).not.toContain(status);
      expect(status).toBeLessThan(500);
    });

  if (route.method === 'get')
    test.each(roles)('as %s of the team: it is there', async (role) => {
      expect((await ask(own.get(role))).status).toBe(name === 'get /v1/prices/explain' ? 400 : 200);
    });
});

test('streams are of teams as well, and have tests of their own', () => {
  expect(streams.sort()).toEqual(['get /v1/events', 'get /v1/exports/evidence']);
});
