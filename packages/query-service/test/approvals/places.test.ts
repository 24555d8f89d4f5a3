import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAgentKey } from '../../src/index.ts';
import { approvalFlow, type Flow } from '../support/approval-flow.ts';
import { codeOf, startService, type TestService } from '../support/service.ts';
import { versionOf, workflowYaml } from '../support/workflow.ts';

const PLACES = 6;
let service: TestService;
let flow: Flow;
beforeAll(async () => {
  service = await startService({ max_waiters: PLACES });
  flow = await approvalFlow(service);
});
afterAll(() => service.close());

/** A key of a principal of its own, and a call of it that waits for a person. */
async function principal(name: string): Promise<{ key: string; path: string }> {
  const { key } = await createAgentKey(service.service.control, {
    ...{ principal: name, team: 'ops', workflows: ['*'], created_by: 'test' },
  });
  const policy_version = versionOf(workflowYaml());
  const workflow = 'ops-deploy';
  const start = { workflow, policy_version, writer: crypto.randomUUID(), initiator: name };
  const { body } = await service.call(key, 'POST', '/v1/runs', { ...start, initiator_token: flow.bob });
  const asked = await service.call(key, 'POST', '/v1/approvals', {
    ...{ run_id: body['run_id'], workflow, policy_version, tool: 'deploy', call_id: crypto.randomUUID() },
    ...{ action: 'deploy', arguments: '{"target":"production","version":"v1"}', rollback_note: 'Back to v0' },
  });
  return { key, path: `/v1/approvals/${asked.body['approval_id']}/status?wait_seconds=30` };
}

const wait = ({ key, path }: { key: string; path: string }) => service.call(key, 'GET', path);
const waiting = () => service.service.control.signals.waiting;
const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
};

test('one principal may take every place while nobody else waits, and gives up all but its share', async () => {
  const [greedy, modest, third] = [
    await principal('greedy'),
    await principal('modest'),
    await principal('third'),
  ];
  const ended: string[] = [];
  const poll = (name: string, who: { key: string; path: string }) =>
    void wait(who).then(({ status, body }) => ended.push(`${name} ${status} ${body['state'] ?? ''}`));
  for (let place = 0; place < PLACES; place++) poll('greedy', greedy);
  await until(() => waiting() === PLACES);
  const refused = await wait(greedy);
  expect([refused.status, codeOf(refused)]).toEqual([429, 'too_many_requests']);
  expect(JSON.stringify(refused.body)).toContain('wait_seconds=0');

  for (let place = 0; place < 3; place++) poll('modest', modest);
  // Whoever makes room is answered what is known, and has to ask again.
  await until(() => ended.length === 3);
  expect(ended).toEqual(Array(3).fill('greedy 200 waiting'));
  expect(waiting()).toBe(PLACES);
  for (const who of [greedy, modest]) expect((await wait(who)).status).toBe(429);

  for (let place = 0; place < 2; place++) poll('third', third);
  await until(() => ended.length === 5);
  expect(ended.slice(3).sort()).toEqual(['greedy 200 waiting', 'modest 200 waiting']);
  for (const who of [greedy, modest, third]) expect((await wait(who)).status).toBe(429);
  service.service.drain();
  await until(() => ended.length === PLACES + 5);
  expect(waiting()).toBe(0);
}, 20_000);
