import { setTimeout as pause } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { startNotifier } from '../../src/incidents/notifier.ts';
import { codeOf, startService, type TestService } from '../support/service.ts';
import { judge, yamlWithPath } from './flags.ts';
import { type Receiver, startReceiver } from './receiver.ts';

let receiver: Receiver;
let service: TestService;
let owner: string;
let approver: string;
let auditor: string;
let stranger: string;
beforeAll(async () => {
  receiver = await startReceiver();
  service = await startService({
    background: [(deps) => startNotifier(deps, { intervalMs: 20 })],
    settings: { private_webhooks: true },
  });
  service.service.start();
  owner = await service.person('owner@example.com', ['owner']);
  approver = await service.person('alice@example.com', ['approver']);
  auditor = await service.person('auditor@example.com', ['auditor']);
  stranger = await service.person('sally@example.com', ['owner', 'auditor'], ['sales']);
  for (const [workflow, incident] of [
    ['ops-deploy', `{ people: [owner@example.com], webhook: "${receiver.url}/T0/unguessable" }`],
    ['ops-silent', '{ people: [owner@example.com] }'],
  ] as const) {
    const yaml = yamlWithPath(incident, workflow);
    expect((await service.call(owner, 'POST', '/v1/workflows', { yaml })).status).toBe(201);
  }
});
afterAll(async () => {
  await service?.close();
  await receiver?.close();
});

const path = (what: string, workflow = 'ops-deploy') => `/v1/workflows/${workflow}/incident-path/${what}`;
const page = z.object({ items: z.array(z.looseObject({})), next_cursor: z.string().nullable() });
const list = async (token: string, query = '') => {
  const answer = await service.call(token, 'GET', `/v1/notifications?${query}`);
  expect(answer.status).toBe(200);
  return page.parse(answer.body);
};
/** Once no delivery is waiting; what never is delivered ends the test by its time. */
const settled = async () => {
  while ((await list(auditor, 'state=waiting')).items.length > 0) await pause(20);
};

test('a secret is made, shown once, replaced, and both verify what a test sends', async () => {
  const first = await service.call(owner, 'POST', path('secret'));
  expect(first.status).toBe(201);
  expect(first.headers.get('cache-control')).toBe('no-store');
  expect(first.body).toMatchObject({
    previous_ends_at: null,
    secret: expect.stringMatching(/^whsec_.{44}$/),
  });
  const second = await service.call(owner, 'POST', path('secret'));
  expect(second.body['previous_ends_at']).not.toBeNull();
  const sent = await service.call(owner, 'POST', path('test'));
  expect(sent.status).toBe(202);
  expect(sent.body).toMatchObject({ purpose: 'test', flag_id: null, webhook: { kind: 'standard' } });
  await receiver.until(1);
  const [request] = receiver.received;
  const headers = Object.fromEntries(
    Object.entries(request?.headers ?? {}).map(([name, value]) => [name, String(value)]),
  );
  for (const { body } of [first, second])
    expect(new Webhook(String(body['secret'])).verify(request?.body ?? '', headers)).toMatchObject({
      type: 'incident.test',
    });
  await settled();
  const { items } = await list(auditor, 'purpose=test');
  expect(items).toMatchObject([
    { state: 'delivered', attempts: [{ attempt: 1, outcome: 'delivered', status: 204 }] },
  ]);
  expect(JSON.stringify(items)).not.toContain('unguessable');
});

test('only the owner or an admin tests the path and sees its secret, and nothing is said of another team', async () => {
  for (const what of ['test', 'secret']) {
    expect(codeOf(await service.call(approver, 'POST', path(what)))).toBe('forbidden');
    expect(codeOf(await service.call(auditor, 'POST', path(what)))).toBe('forbidden');
    expect(codeOf(await service.call(await service.key(), 'POST', path(what)))).toBe('forbidden');
    expect(codeOf(await service.call(stranger, 'POST', path(what)))).toBe('not_found');
    const other = await service.person(`other-${what}@example.com`, ['owner']);
    expect(codeOf(await service.call(other, 'POST', path(what)))).toBe('forbidden');
    expect(codeOf(await service.call(owner, 'POST', path(what, 'nobodys')))).toBe('workflow_not_registered');
  }
  expect((await list(stranger)).items).toEqual([]);
});

test('a path without a webhook cannot be tested, and one test is on its way at a time', async () => {
  expect(codeOf(await service.call(owner, 'POST', path('test', 'ops-silent')))).toBe('conflict');
  await settled();
  const answer = receiver.answer;
  const held = Promise.withResolvers<() => void>();
  receiver.answer = (...given) => held.resolve(() => answer(...given));
  expect((await service.call(owner, 'POST', path('test'))).status).toBe(202);
  expect(codeOf(await service.call(owner, 'POST', path('test')))).toBe('conflict');
  const answerNow = await held.promise;
  receiver.answer = answer;
  answerNow();
  await settled();
});

test('an incident is listed with its attempts, acknowledged through its flag, page by page', async () => {
  const { control, deps } = service.service;
  for (const key of ['a', 'b', 'c']) await judge(control, deps.clock(), 'critical', key);
  // Judged alone, each finding clears the others of its run: three incidents, two of them closed.
  await settled();
  const whole = await list(auditor, 'purpose=incident');
  expect(whole.items.map(({ closed_at }) => closed_at === null)).toEqual([true, false, false]);
  const pages = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const part = await list(auditor, `purpose=incident&limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
    pages.push(...part.items);
    cursor = part.next_cursor;
  }
  expect(pages).toEqual(whole.items);
  const flag = String(whole.items[0]?.['flag_id']);
  expect(
    (await service.call(approver, 'POST', `/v1/flags/${flag}/acknowledge`, { note: 'seen' })).status,
  ).toBe(200);
  const [acknowledged] = (await list(auditor, `flag_id=${flag}`)).items;
  expect(acknowledged).toMatchObject({ state: 'delivered', acknowledged_by: 'alice@example.com' });
  expect((await service.call(auditor, 'GET', '/v1/notifications?cursor=nonsense')).status).toBe(400);
});
