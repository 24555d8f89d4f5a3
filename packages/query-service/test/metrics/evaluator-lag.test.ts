import type { ClickHouse } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { evaluateControls } from '../../src/flags/evaluate.ts';
import { Agent, collect } from '../flags/agent.ts';
import { approvalFlow } from '../support/approval-flow.ts';
import { startService, type TestService } from '../support/service.ts';

let clickhouse: ClickHouse;
let service: TestService;
beforeAll(async () => {
  clickhouse = await startTestClickHouse();
  const { reader, service: writer } = clickhouse.clients;
  service = await startService({ store: { reader, service: writer }, background: [] });
  service.service.start();
});
afterAll(async () => {
  await service?.close();
  await clickhouse?.close();
});

const gauge = async (name: string): Promise<number> => {
  const text = await (await fetch(`${service.url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
};

test('what was not evaluated shows as lag, what was not shipped as depth, and both go again', async () => {
  const flow = await approvalFlow(service);
  const run_id = await flow.run();
  const { policy_version } = flow;
  const agent = new Agent({
    ...{ run_id, policy_version, workflow: 'ops-deploy', owner: 'owner@example.com', team: 'ops' },
  });
  agent.start();
  await collect(clickhouse, agent.rows);
  await service.service.flush();
  await expect.poll(() => gauge('tollgate_evaluator_lag_seconds')).toBeGreaterThan(0);
  await evaluateControls(service.service.deps);
  await service.service.flush();
  expect(await gauge('tollgate_evaluator_lag_seconds')).toBe(0);
  expect(await gauge('tollgate_outbox_rows')).toBe(0);
  expect(await gauge('tollgate_store_up{store="clickhouse"}'.replaceAll(/[{}]/g, '\\$&'))).toBe(1);
});
