import type { ClickHouse } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { evaluateControls } from '../../src/flags/evaluate.ts';
import { systemClock } from '../../src/state/time.ts';
import { ARGUMENTS, approvalFlow, type Flow } from '../support/approval-flow.ts';
import { codeOf, startService, type TestService } from '../support/service.ts';
import { agentOf, collect } from './agent.ts';

let clickhouse: ClickHouse;
let service: TestService;
let flow: Flow;
let gina: string;
let admin: string;
let auditor: string;
/** Seconds that the service's clock is ahead. */
let ahead = 0n;

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
  const more = 'break_glass: { people: [Gina@example.com, bob@example.com], expires: 5m }\n';
  flow = await approvalFlow(service, { more });
  gina = await service.person('gina@example.com', ['owner']);
  admin = await service.person('admin@example.com', ['admin'], ['*']);
  auditor = await service.person('auditor@example.com', ['auditor'], ['*']);
});
afterAll(async () => {
  await service?.close();
  await clickhouse?.close();
});

const list = z.object({ items: z.array(z.looseObject({ flag_id: z.string() })) });
async function flagOf(run_id: string, control: string): Promise<string> {
  await service.service.flush();
  await evaluateControls(service.service.deps);
  const path = `/v1/flags?run_id=${run_id}&control=${control}`;
  const [flag] = list.parse((await service.call(auditor, 'GET', path)).body).items;
  expect(flag).toBeDefined();
  return String(flag?.flag_id);
}

const triage = (token: string, flag_id: string, verb: 'acknowledge' | 'resolve') =>
  service.call(token, 'POST', `/v1/flags/${flag_id}/${verb}`, { note: 'nothing to see here' });
const read = async (token: string, flag_id: string) =>
  (await service.call(token, 'GET', `/v1/flags/${flag_id}`)).body;

/** A deployment that somebody approved, or whose glass somebody broke, with the arguments that the agent then says it had. */
async function deployed(
  initiator: string,
  let_through: (approval_id: string) => Promise<{ status: number }>,
  args: unknown = JSON.parse(ARGUMENTS),
): Promise<string> {
  const run_id = await flow.run(initiator);
  const approval_id = String((await flow.ask(run_id, { call_id: 'call' })).body['approval_id']);
  expect((await let_through(approval_id)).status).toBe(200);
  expect((await flow.consume(approval_id, run_id)).status).toBe(200);
  const agent = agentOf(flow, run_id);
  agent.start();
  agent.tool('deploy', 'deploy', 3, args, { call_id: 'call', approval_id });
  agent.seal();
  await collect(clickhouse, agent.rows);
  return run_id;
}

const brokenBy = (token: string) => (approval_id: string) =>
  service.call(token, 'POST', `/v1/approvals/${approval_id}/break-glass`, { reason: 'the site is down' });

async function overspent(initiator: string | null): Promise<string> {
  const agent = agentOf(flow, await flow.run(initiator));
  agent.start();
  agent.call('9.99');
  agent.seal();
  await collect(clickhouse, agent.rows);
  return flagOf(agent.run.run_id, 'budget_breach');
}

describe('nobody resolves a critical flag about what they did', () => {
  test('neither who broke the glass nor who started the run; both may say that they have seen it', async () => {
    const flag_id = await flagOf(await deployed(flow.bob, brokenBy(gina)), 'break_glass_used');
    for (const token of [gina, flow.bob]) {
      const refused = await triage(token, flag_id, 'resolve');
      expect([refused.status, codeOf(refused)]).toEqual([403, 'four_eyes']);
    }
    expect((await triage(gina, flag_id, 'acknowledge')).body).toMatchObject({ state: 'acknowledged' });
    expect(await read(gina, flag_id)).toMatchObject({
      had_part: [
        { person: 'bob@example.com', part: 'initiator' },
        { person: 'gina@example.com', part: 'glass_breaker' },
      ],
      can_resolve: false,
    });
    expect(await read(flow.owner, flag_id)).toMatchObject({ can_resolve: true });
    expect(await read(auditor, flag_id)).toMatchObject({ can_resolve: false });
    expect((await triage(flow.owner, flag_id, 'resolve')).body).toMatchObject({
      state: 'resolved',
      can_resolve: false,
    });
  });

  test('who approved the call that the flag is about', async () => {
    const approve = (approval_id: string) => flow.decide(flow.alice, approval_id);
    const run_id = await deployed(flow.bob, approve, { target: 'elsewhere', version: 'v1.2.3' });
    const flag_id = await flagOf(run_id, 'scope_held');
    const refused = await triage(flow.alice, flag_id, 'resolve');
    expect([refused.status, codeOf(refused)]).toEqual([403, 'four_eyes']);
    expect(String(JSON.stringify(refused.body))).toContain('You approved the call');
    expect((await triage(admin, flag_id, 'resolve')).status).toBe(200);
  });

  test('nor the flag that says that nobody answered the incident of their flag in time', async () => {
    const run_id = await deployed(flow.bob, brokenBy(gina));
    await flagOf(run_id, 'break_glass_used');
    ahead = 31n * 60n;
    const flag_id = await flagOf(run_id, 'incident_path_reached');
    ahead = 0n;
    expect(codeOf(await triage(gina, flag_id, 'resolve'))).toBe('four_eyes');
    expect((await triage(flow.owner, flag_id, 'resolve')).status).toBe(200);
  });

  test('approving one call of a run bars nobody from a flag about another', async () => {
    const agent = agentOf(flow, await flow.run(flow.bob));
    const { run_id } = agent.run;
    const { body } = await flow.ask(run_id, { call_id: 'approved' });
    await flow.decide(flow.alice, body['approval_id']);
    agent.start();
    agent.tool('drop_database', 'delete', 3, {}, { call_id: 'another' });
    agent.seal();
    await collect(clickhouse, agent.rows);
    const flag_id = await flagOf(run_id, 'tool_listed');
    expect((await triage(flow.alice, flag_id, 'resolve')).status).toBe(200);
  });

  test('the owner and an admin are no exception where they started the run', async () => {
    for (const token of [flow.owner, admin]) {
      const flag_id = await overspent(token);
      expect(codeOf(await triage(token, flag_id, 'resolve'))).toBe('four_eyes');
      expect((await triage(flow.alice, flag_id, 'resolve')).status).toBe(200);
    }
  });

  test('what is no critical flag, its own people may resolve', async () => {
    const agent = agentOf(flow, await flow.run(flow.bob));
    agent.start();
    agent.seal('escalated');
    await collect(clickhouse, agent.rows);
    const flag_id = await flagOf(agent.run.run_id, 'escalation_noted');
    expect(await read(flow.bob, flag_id)).toMatchObject({ severity: 'warning', can_resolve: true });
    expect((await triage(flow.bob, flag_id, 'resolve')).status).toBe(200);
  });
});
