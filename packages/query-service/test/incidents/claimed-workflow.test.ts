import type { ClickHouse } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { evaluateControls } from '../../src/flags/evaluate.ts';
import { isSuspended } from '../../src/registrations/read-workflow.ts';
import { Agent, collect } from '../flags/agent.ts';
import { startService, type TestService } from '../support/service.ts';
import { yamlWithPath } from './flags.ts';

let clickhouse: ClickHouse;
let service: TestService;
let policy_version: string;
let agent: string;
beforeAll(async () => {
  clickhouse = await startTestClickHouse();
  const { reader, service: writer } = clickhouse.clients;
  service = await startService({ store: { reader, service: writer }, background: [] });
  service.service.start();
  const owner = await service.person('owner@example.com', ['owner']);
  const yaml = yamlWithPath('{ people: [owner@example.com], suspend_workflow: true }');
  const registered = await service.call(owner, 'POST', '/v1/workflows', { yaml });
  expect(registered.status).toBe(201);
  policy_version = String(registered.body['policy_version']);
  agent = await service.key();
});
afterAll(async () => {
  await service?.close();
  await clickhouse?.close();
});

/** A span that says of a run of ops-deploy what only the service may say, sent under this key's principal. */
async function forge(run_id: string, principal: string): Promise<void> {
  const whose = { owner: 'owner@example.com', team: 'ops' };
  const forger = new Agent({ run_id, workflow: 'ops-deploy', policy_version, ...whose });
  await collect(clickhouse, [forger.say('approval_decided', {}, {}, { principal })]);
  await service.service.flush();
  await evaluateControls(service.service.deps);
}
const suspended = () => isSuspended(service.service.control.db, 'ops-deploy');
const incidents = (run_id: string) =>
  service.service.control.db
    .selectFrom('notifications')
    .select(['control', 'suspended'])
    .where('run_id', '=', run_id)
    .where('control', '=', 'forged_service_claims')
    .execute();

const strangersIn = async (run_id: string) => {
  const flags = await service.service.control.db
    .selectFrom('flags')
    .select('evidence')
    .where('run_id', '=', run_id)
    .where('control', '=', 'forged_service_claims')
    .execute();
  return flags.map(({ evidence }) => JSON.parse(evidence).strangers);
};

test('a run that nobody registered is an incident, and stops no workflow: whose it is, is only claimed', async () => {
  const run_id = uuidv7();
  await forge(run_id, 'sales-agent');
  expect(await incidents(run_id)).toEqual([{ control: 'forged_service_claims', suspended: 0 }]);
  expect(await suspended()).toBe(false);
});

describe('in a run that the service registered', () => {
  let run_id: string;
  beforeAll(async () => {
    const request = { workflow: 'ops-deploy', policy_version, initiator: 'ada', writer: crypto.randomUUID() };
    const run = await service.call(agent, 'POST', '/v1/runs', request);
    expect(run.status).toBe(201);
    run_id = String(run.body['run_id']);
  });

  test('what another key says is an incident, and stops nothing', async () => {
    await forge(run_id, 'sales-agent');
    expect(await incidents(run_id)).toEqual([{ control: 'forged_service_claims', suspended: 0 }]);
    expect(await strangersIn(run_id)).toEqual([['sales-agent']]);
    expect(await suspended()).toBe(false);
  });

  test('the same by its own key suspends its workflow, though another said it first', async () => {
    await forge(run_id, 'ops-agent');
    expect((await incidents(run_id)).map(({ suspended }) => suspended).sort()).toEqual([0, 1]);
    expect(await suspended()).toBe(true);
  });
});
