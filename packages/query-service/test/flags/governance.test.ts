import type { ClickHouse } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { evaluateControls } from '../../src/flags/evaluate.ts';
import { systemClock } from '../../src/state/time.ts';
import { approvalFlow, type Flow } from '../support/approval-flow.ts';
import { startService, type TestService } from '../support/service.ts';
import { Agent, collect } from './agent.ts';

let clickhouse: ClickHouse;
let service: TestService;
let flow: Flow;
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
  flow = await approvalFlow(service, {
    budget: '{ per_run: "5", per_day: "8" }',
    more: 'break_glass: { people: [bob@example.com], expires: 5m }\n',
  });
  auditor = await service.person('auditor@example.com', ['auditor'], ['*']);
});
afterAll(async () => {
  await service?.close();
  await clickhouse?.close();
});

const list = z.object({ items: z.array(z.looseObject({ flag_id: z.string(), control: z.string() })) });
async function flags(query: string) {
  await service.service.flush();
  await evaluateControls(service.service.deps);
  await service.service.flush();
  const { body } = await service.call(auditor, 'GET', `/v1/flags?${query}`);
  return list.parse(body).items;
}

function agentOf(run_id: string): Agent {
  const { policy_version } = flow;
  const whose = { owner: 'owner@example.com', team: 'ops' };
  return new Agent({ run_id, workflow: 'ops-deploy', policy_version, ...whose });
}

async function spend(run_id: string, writer: string, usd: string): Promise<void> {
  const lease_id = uuidv7();
  const lease = { lease_id, writer, wanted_usd: usd, minimum_usd: usd, settled: [] };
  const granted = await service.call(flow.agent, 'POST', `/v1/runs/${run_id}/leases`, lease);
  expect(granted.status).toBe(201);
  const settled = [{ lease_id, spent_usd: usd, closed: true }];
  await service.call(flow.agent, 'POST', `/v1/runs/${run_id}/leases/settle`, { writer, settled });
}

test('each use of broken glass is a critical flag, and the call is no match without an approval', async () => {
  const run_id = await flow.run();
  const asked = await flow.ask(run_id, { call_id: 'call' });
  const approval_id = String(asked.body['approval_id']);
  const path = `/v1/approvals/${approval_id}/break-glass`;
  expect((await service.call(flow.bob, 'POST', path, { reason: 'the site is down' })).status).toBe(200);
  const used = await flow.consume(approval_id, run_id);
  expect(used.status).toBe(200);
  const agent = agentOf(run_id);
  agent.start();
  const args = { target: 'production', version: 'v1.2.3' };
  agent.tool('deploy', 'deploy', 3, args, { call_id: 'call', approval_id, reason: 'break_glass' });
  agent.seal();
  await collect(clickhouse, agent.rows);
  const raised = await flags(`run_id=${run_id}`);
  expect(raised.map(({ control }) => control)).toEqual(['break_glass_used']);
  expect(raised).toMatchObject([
    { severity: 'critical', state: 'open', evidence: { by: 'bob@example.com', by_initiator: true } },
  ]);
  expect(await flags(`run_id=${run_id}`)).toEqual(raised);
});

test('a warning is one flag a limit, which grows sharper, and the day’s is the workflow’s', async () => {
  const run_id = await flow.run();
  const writer = crypto.randomUUID();
  const of = async () =>
    (await flags('control=budget_warning')).map((flag) => [flag['run_id'], flag['severity'], flag['state']]);
  await spend(run_id, writer, '2.5');
  expect(await of()).toEqual([[run_id, 'info', 'open']]);
  await spend(run_id, writer, '1.5');
  expect((await of()).sort()).toEqual(
    [
      [null, 'info', 'open'],
      [run_id, 'warning', 'open'],
    ].sort(),
  );
  await spend(run_id, writer, '0.75');
  expect((await of()).sort()).toEqual(
    [
      [null, 'info', 'open'],
      [run_id, 'critical', 'open'],
    ].sort(),
  );
  const [flag] = (await flags('control=budget_warning')).filter((each) => each['run_id'] === run_id);
  const note = { note: 'seen' };
  await service.call(flow.owner, 'POST', `/v1/flags/${flag?.flag_id}/resolve`, note);
  expect((await of()).sort()).toEqual(
    [
      [null, 'info', 'open'],
      [run_id, 'critical', 'resolved'],
    ].sort(),
  );
});

test('what the evidence shows beyond the ledger is flagged once there was time to settle, and heals when it is settled', async () => {
  const run_id = await flow.run();
  const agent = agentOf(run_id);
  agent.start();
  agent.call('0.75');
  agent.seal();
  await collect(clickhouse, agent.rows);
  await spend(run_id, agent.writer, '0.5');
  const drift = async () =>
    (await flags(`run_id=${run_id}&control=budget_breach`)).map((flag) => [flag['severity'], flag['state']]);
  expect(await drift()).toEqual([]);
  ahead = 200n;
  expect(await drift()).toEqual([['warning', 'open']]);
  await spend(run_id, agent.writer, '0.25');
  ahead = 261n;
  expect(await drift()).toEqual([['warning', 'cleared']]);
  ahead = 0n;
});

test('a killed process and the one that went on with its run: nothing is tampered with, and a hole is', async () => {
  const run_id = await flow.run();
  const killed = agentOf(run_id);
  killed.start();
  killed.call('0.01');
  killed.tool('set_status', 'update_status', 2, { id: 'T-1', status: 'done' });
  const next = agentOf(run_id);
  const { policy_version } = flow;
  const resumed = { workflow: 'ops-deploy', policy_version, writer: next.writer };
  const answer = await service.call(flow.agent, 'POST', `/v1/runs/${run_id}/resume`, resumed);
  expect(answer.status).toBe(200);
  next.say('run_started');
  next.seal();
  await collect(clickhouse, [...killed.rows.slice(0, 1), ...killed.rows.slice(2), ...next.rows]);
  ahead = 4000n;
  const chainOf = async () => {
    const { body } = await service.call(flow.owner, 'GET', `/v1/runs/${run_id}/evidence`);
    return z
      .object({
        chain: z.object({
          whole: z.boolean(),
          writers: z.array(z.looseObject({ writer: z.string(), source: z.string() })),
          unproven: z.array(z.looseObject({ writer: z.string() })),
        }),
      })
      .parse(body).chain;
  };
  const ours = async () =>
    (await flags(`run_id=${run_id}&state=open`))
      .map(({ control }) => control)
      .filter((control) => control !== 'unreviewed_sample');
  expect(await ours()).toContain('evidence_chain_whole');
  expect((await chainOf()).whole).toBe(false);
  await collect(clickhouse, killed.rows.slice(1, 2));
  expect(await ours()).toEqual([]);
  const chain = await chainOf();
  expect(chain.whole).toBe(true);
  expect(chain.unproven.map(({ writer }) => writer)).toEqual([killed.writer]);
  expect(chain.writers.map(({ source }) => source).sort()).toEqual(['agent', 'agent', 'service']);
  ahead = 0n;
});
