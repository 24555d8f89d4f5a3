import { randomUUID } from 'node:crypto';
import type { ClickHouse } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { evaluateControls } from '../../src/flags/evaluate.ts';
import { evaluationTables } from '../../src/flags/tables.ts';
import { systemClock } from '../../src/state/time.ts';
import { Agent, collect, type RunIdentity } from '../flags/agent.ts';
import { approvalFlow, type Flow } from '../support/approval-flow.ts';
import { startService, type TestService } from '../support/service.ts';
import { versionOf, type WorkflowChoices, workflowYaml } from '../support/workflow.ts';

const DAY = 86_400n;

let clickhouse: ClickHouse;
let service: TestService;
let flow: Flow;
/** Seconds that the service's clock is behind: what it registers is from the past, as the store sees it. */
let behind = 4n * DAY;
beforeAll(async () => {
  clickhouse = await startTestClickHouse();
  const { reader, service: writer } = clickhouse.clients;
  const clock = systemClock();
  service = await startService({
    store: { reader, service: writer },
    clock: () => clock() - behind * 1_000_000_000n,
    background: [],
  });
  service.service.start();
  flow = await approvalFlow(service);
});
afterAll(async () => {
  await service?.close();
  await clickhouse?.close();
});

const FIRST = { workflow: 'ops-deploy' };
const SECOND = { ...FIRST, perRun: '6.00' };
const THIRD = { ...FIRST, perRun: '7.00' };

const register = async (choices: WorkflowChoices) => {
  const yaml = workflowYaml(choices);
  expect((await service.call(flow.owner, 'POST', '/v1/workflows', { yaml })).status).toBe(201);
};

async function runOf({ workflow = 'ops-deploy', ...choices }: WorkflowChoices): Promise<RunIdentity> {
  const policy_version = versionOf(workflowYaml({ workflow, ...choices }));
  const { body } = await service.call(flow.agent, 'POST', '/v1/runs', {
    ...{ workflow, policy_version, writer: randomUUID(), initiator: 'bob@example.com' },
  });
  const run_id = String(body['run_id']);
  return { run_id, workflow, policy_version, owner: 'owner@example.com', team: 'ops' };
}

async function decide(run: RunIdentity): Promise<void> {
  const agent = new Agent(run);
  agent.start();
  agent.tool('search_repo', 'search', 1, {});
  await collect(clickhouse, agent.rows);
  await service.service.flush();
}

test('a run is flagged that decides by a version which was replaced more than a day ago, and is not in force again', async () => {
  const back = { workflow: 'ops-back' };
  await register(back);
  const [replaced, restored] = [await runOf(FIRST), await runOf(back)];
  await register(SECOND);
  await register({ ...back, perRun: '6.00' });
  behind = 2n * DAY;
  await register(back);
  behind = 0n;
  const late = await runOf(SECOND);
  await register(THIRD);
  for (const run of [replaced, restored, late]) await decide(run);

  behind = -100n;
  await evaluateControls(service.service.deps, { since: 0n });
  const rows = await evaluationTables(service.service.control.db)
    .selectFrom('flags')
    .select(['run_id', 'state'])
    .where('control', '=', 'policy_current')
    .execute();
  expect(rows).toEqual([{ run_id: replaced.run_id, state: 'open' }]);
});
