import type { ClickHouse } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { evaluateControls } from '../../src/flags/evaluate.ts';
import { Agent, collect } from '../flags/agent.ts';
import { approvalFlow, type Flow } from '../support/approval-flow.ts';
import { startService, type TestService } from '../support/service.ts';
import { watchEvents } from './watcher.ts';

let clickhouse: ClickHouse;
let service: TestService;
let flow: Flow;
beforeAll(async () => {
  clickhouse = await startTestClickHouse();
  const { reader, service: writer } = clickhouse.clients;
  service = await startService({ store: { reader, service: writer }, background: [] });
  service.service.start();
  flow = await approvalFlow(service);
});
afterAll(async () => {
  await service?.close();
  await clickhouse?.close();
});

test('a run’s final status, its samples and its flags are told, and told once', async () => {
  const run_id = await flow.run();
  const { policy_version } = flow;
  const agent = new Agent({
    ...{ run_id, policy_version, workflow: 'ops-deploy', owner: 'owner@example.com', team: 'ops' },
  });
  agent.start();
  agent.tool('set_status', 'update_status', 2, { id: 'T-1', status: 'done' });
  agent.tool('drop_table', 'update_status', 2, {});
  agent.seal();
  await service.service.flush();
  await collect(clickhouse, agent.rows);
  const watcher = await watchEvents(service.url, flow.owner);
  await evaluateControls(service.service.deps);
  await evaluateControls(service.service.deps, { since: 0n });
  await flow.run();
  let seen = await watcher.until(1);
  while (!seen.some(({ event, data }) => event === 'run' && data['event'] === 'registered'))
    seen = await watcher.until(seen.length + 1);
  const told = seen.map(({ event, data }) => `${event} ${data['event']}`);
  expect(told.filter((each) => each === 'run completed')).toHaveLength(1);
  expect(told).toContain('review sampled');
  expect(told).toContain('flag open');
  expect(new Set(seen.map(({ data }) => `${data['subject']} ${data['event']}`)).size).toBe(seen.length);
  watcher.stop();
});
