import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pruneJournal } from '../../src/events/journal.ts';
import { MOST_OF_A_PERSON } from '../../src/events/seats.ts';
import { revokeCredential } from '../../src/index.ts';
import { approvalFlow, type Flow } from '../support/approval-flow.ts';
import { startService, type TestService } from '../support/service.ts';
import { workflowYaml } from '../support/workflow.ts';
import { watchEvents } from './watcher.ts';

let service: TestService;
let flow: Flow;
let admin: string;
beforeAll(async () => {
  service = await startService({ background: [] });
  flow = await approvalFlow(service);
  admin = await service.person('admin@example.com', ['admin'], ['*']);
});
afterAll(() => service?.close());

const kindsOf = (seen: readonly { event: string; data: Readonly<Record<string, unknown>> }[]) =>
  seen.map(({ event, data }) => `${event} ${data['event']}`);

test('each change is told once, in the order of commits, and not what a person may not read', async () => {
  const watcher = await watchEvents(service.url, flow.alice);
  const run_id = await flow.run();
  const { body } = await flow.ask(run_id, { call_id: 'call' });
  await flow.decide(flow.alice, body['approval_id']);
  await flow.consume(body['approval_id'], run_id);
  await service.call(flow.owner, 'POST', '/v1/workflows/ops-deploy/suspend', { reason: 'a drill' });
  await service.call(flow.owner, 'POST', '/v1/workflows/ops-deploy/resume', { reason: 'over' });
  const seen = await watcher.until(6);
  expect(kindsOf(seen)).toEqual([
    'run registered',
    'approval requested',
    'approval decided',
    'approval consumed',
    'suspension suspended',
    'suspension resumed',
  ]);
  const ids = seen.map(({ id }) => Number(id));
  expect(ids).toEqual(ids.toSorted((a, b) => a - b));
  expect(watcher.text()).not.toContain('v1.2.3');
  watcher.stop();
});

test('who connects again goes on after the event it saw last', async () => {
  const first = await watchEvents(service.url, flow.alice);
  await flow.run();
  const [seen] = await first.until(1);
  first.stop();
  const missed = [await flow.run(), await flow.run()];
  const headers = { 'last-event-id': String(seen?.id) };
  const again = await watchEvents(service.url, flow.alice, { headers });
  expect((await again.until(2)).map(({ data }) => data['subject'])).toEqual(missed);
  again.stop();
});

test('budgets are told of by run, whoever settles', async () => {
  const run_id = await flow.run();
  const watcher = await watchEvents(service.url, flow.owner, { path: '/v1/events?kinds=budget' });
  const lease_id = uuidv7();
  const writer = crypto.randomUUID();
  const lease = { lease_id, writer, wanted_usd: '1', minimum_usd: '0.1', settled: [] };
  await service.call(flow.agent, 'POST', `/v1/runs/${run_id}/leases`, lease);
  const settled = [{ lease_id, spent_usd: '0.5', closed: true }];
  await service.call(flow.agent, 'POST', `/v1/runs/${run_id}/leases/settle`, { writer, settled });
  const seen = await watcher.until(2);
  expect(kindsOf(seen)).toEqual(['budget leased', 'budget settled']);
  expect(seen[0]?.data).toMatchObject({ run_id, workflow: 'ops-deploy', team: 'ops' });
  watcher.stop();
});

test('another team’s changes are not told, only its own ones', async () => {
  const stranger = await service.person('stranger@example.com', ['owner'], ['sales']);
  const watcher = await watchEvents(service.url, stranger);
  const everything = await watchEvents(service.url, admin);
  await flow.run();
  await service.call(admin, 'POST', '/v1/workflows', {
    yaml: workflowYaml({ workflow: 'sales-mail', team: 'sales' }),
  });
  await everything.until(2);
  expect(kindsOf(await watcher.until(1))).toEqual(['workflow registered']);
  expect(watcher.text()).not.toContain('ops-deploy');
  watcher.stop();
  everything.stop();
});

test('what was pruned is not passed over in silence', async () => {
  await flow.run();
  await pruneJournal(service.service.control, service.service.deps.clock(), { seconds: 86_400, events: 1 });
  const headers = { 'last-event-id': '1' };
  const watcher = await watchEvents(service.url, flow.alice, { headers });
  const [first] = await watcher.until(1);
  expect(first?.event).toBe('reset');
  const other = await watchEvents(service.url, flow.alice, { path: '/v1/events?after=999999999' });
  expect((await other.until(1))[0]?.event).toBe('reset');
  for (const each of [watcher, other]) each.stop();
});

test('a right that is lost ends the stream before another word', async () => {
  const token = await service.person('leaver@example.com', ['auditor']);
  const watcher = await watchEvents(service.url, token);
  const [, credential_id = ''] = /^tgp_([^_]+)_/.exec(token) ?? [];
  await revokeCredential(service.service.control, credential_id, 'test');
  await flow.run();
  await watcher.ended;
  expect(watcher.seen.map(({ event }) => event)).toEqual(['ready', 'end']);
  expect(watcher.seen.at(-1)?.data).toEqual({ reason: 'right_lost' });
});

test.each(['kinds=nothing', 'after=x', 'after=-1', 'unknown=1', 'kinds='])('%s is refused', async (query) => {
  expect((await service.call(admin, 'GET', `/v1/events?${query}`)).status).toBe(400);
});

test('a header that is no event id is refused', async () => {
  const headers = { 'last-event-id': 'abc' };
  expect((await service.call(admin, 'GET', '/v1/events', undefined, headers)).status).toBe(400);
});

test('agents do not watch', async () => {
  expect((await service.call(flow.agent, 'GET', '/v1/events')).status).toBe(403);
});

test('one person holds a bounded number of streams, and a place that is left is free again', async () => {
  const token = await service.person('many@example.com', ['auditor']);
  const watchers = [];
  for (let at = 0; at < MOST_OF_A_PERSON; at += 1) watchers.push(await watchEvents(service.url, token));
  expect((await service.call(token, 'GET', '/v1/events')).status).toBe(429);
  const other = await watchEvents(service.url, flow.alice);
  watchers[0]?.stop();
  await expect.poll(async () => (await service.call(token, 'GET', '/v1/events')).status).toBe(200);
  for (const each of [...watchers, other]) each.stop();
});

test('streams end when the service drains, and say so', async () => {
  const watcher = await watchEvents(service.url, flow.alice);
  service.service.drain();
  await watcher.ended;
  expect(watcher.seen.at(-1)).toMatchObject({ event: 'end', data: { reason: 'draining' } });
});
