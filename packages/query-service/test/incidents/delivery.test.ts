import { pino } from 'pino';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Resolve } from '../../src/incidents/addresses.ts';
import { deliver } from '../../src/incidents/deliver.ts';
import { dueNotifications } from '../../src/incidents/due.ts';
import { makeSecret } from '../../src/incidents/secrets.ts';
import { currentVersion } from '../../src/registrations/read-workflow.ts';
import { type TestControl, testControl } from '../support/control.ts';
import { serviceRecords } from '../support/records.ts';
import { judge, registerPath } from './flags.ts';
import { type Receiver, startReceiver } from './receiver.ts';

let state: TestControl;
let receiver: Receiver;
beforeEach(async () => {
  state = await testControl();
  receiver = await startReceiver();
});
afterEach(async () => {
  await receiver.close();
  await state.close();
});

const BOUNDS = { without: [], most: 10, most_of_workflow: 10 };
const due = () => dueNotifications(state.control, state.clock.now, BOUNDS);

/** Makes every attempt that is due now. */
async function attempt(over: { private_webhooks?: boolean; resolve?: Resolve; timeout_ms?: number } = {}) {
  const { private_webhooks = true, ...options } = over;
  const settings = { ...state.deps.settings, private_webhooks, console_url: 'https://tollgate.example' };
  const deps = { ...state.deps, settings, logger: pino({ level: 'silent' }) };
  const rows = await due();
  for (const row of rows) await deliver(deps, row, { ...options, signal: new AbortController().signal });
  return rows.length;
}
const notification = () =>
  state.control.db.selectFrom('notifications').selectAll().orderBy('opened_at').executeTakeFirstOrThrow();
const attempts = () =>
  state.control.db
    .selectFrom('notification_attempts')
    .select(['attempt', 'outcome', 'status'])
    .orderBy('attempt')
    .execute();
const rotate = async () => {
  const version = await currentVersion(state.control.db, 'ops-deploy');
  const made = await state.control.change((change) => makeSecret(change, state.control, version, 'olga'));
  return made.secret;
};
const open = async (more = '', url = `${receiver.url}/hook`) => {
  await registerPath(state, `{ people: [owner@example.com], webhook: "${url}"${more} }`);
  await judge(state.control, state.clock.now, 'critical');
};
/** Verifies as a receiver of Standard Webhooks does, age included, at the time of the service's clock. */
function verify(secret: string, { headers, body }: Receiver['received'][number]): void {
  const shown = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  vi.useFakeTimers({ toFake: ['Date'], now: Number(state.clock.now / 1_000_000n) });
  try {
    new Webhook(secret).verify(body, shown);
  } finally {
    vi.useRealTimers();
  }
}

test('a delivery carries ids, rule and owner, a stable id and a signature, and no word of the finding', async () => {
  await open();
  const secret = await rotate();
  expect(await attempt()).toBe(1);
  const [request] = receiver.received;
  const row = await notification();
  expect(row.state).toBe('delivered');
  expect(request?.headers['webhook-id']).toBe(row.notification_id);
  if (request === undefined) throw new Error('nothing came');
  verify(secret, request);
  expect(() => verify(secret, { ...request, body: `${request.body} ` })).toThrow('No matching signature');
  expect(JSON.parse(request.body)).toEqual({
    type: 'incident.opened',
    timestamp: expect.stringMatching(/^2027-/),
    data: {
      notification_id: row.notification_id,
      flag_id: row.flag_id,
      control: 'break_glass_used',
      rule: expect.stringContaining('Breaking glass'),
      severity: 'critical',
      workflow: 'ops-deploy',
      run_id: row.run_id,
      owner: 'owner@example.com',
      team: 'ops',
      suspended: false,
      acknowledge_by: expect.any(String),
      link: `https://tollgate.example/flags/${row.flag_id}`,
    },
  });
  expect(request.body).not.toContain('Somebody broke glass');
  expect(await attempt()).toBe(0);
  const records = await serviceRecords(state.control);
  expect(records.filter(({ kind }) => kind === 'incident_delivered')).toHaveLength(1);
  expect(JSON.stringify(records)).not.toContain(secret);
});

test('a secret that was replaced still signs, two at once and no more', async () => {
  await open();
  const secrets = [await rotate(), await rotate(), await rotate()];
  await attempt();
  const [request] = receiver.received;
  if (request === undefined) throw new Error('nothing came');
  expect(String(request.headers['webhook-signature']).split(' ')).toHaveLength(2);
  expect(() => verify(secrets[0] ?? '', request)).toThrow();
  verify(secrets[1] ?? '', request);
  verify(secrets[2] ?? '', request);
});

test('a day after it was replaced, a secret signs no more', async () => {
  await open();
  const old = await rotate();
  const now = await rotate();
  state.clock.advance(24 * 3600 + 1);
  await attempt();
  const [request] = receiver.received;
  if (request === undefined) throw new Error('nothing came');
  verify(now, request);
  expect(() => verify(old, request)).toThrow();
});

test('what fails is tried again, later each time, under the same id and with the same body', async () => {
  await open();
  receiver.answer = (response) => void response.writeHead(503).end();
  let last = 0n;
  for (let times = 1; times <= 4; times++) {
    await attempt();
    expect(await attempt()).toBe(0);
    const pause = BigInt((await notification()).next_attempt_at ?? 0) - state.clock.now;
    expect(pause).toBeGreaterThan(last / 2n);
    expect(Number(pause) / 1e9).toBeLessThanOrEqual(5 * 2 ** (times - 1));
    expect(Number(pause) / 1e9).toBeGreaterThan(2.4 * 2 ** (times - 1));
    last = pause;
    state.clock.advance(5 * 2 ** (times - 1));
  }
  receiver.answer = (response) => void response.writeHead(200).end();
  await attempt();
  expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
  expect((await attempts()).map(({ outcome, status }) => `${outcome} ${status}`)).toEqual([
    ...Array<string>(4).fill('answered 503'),
    'delivered 200',
  ]);
});

test('a receiver that says when it wants to be asked again is obeyed', async () => {
  await open();
  receiver.answer = (response) => void response.writeHead(429, { 'retry-after': '7200' }).end();
  await attempt();
  state.clock.advance(7198);
  expect(await attempt()).toBe(0);
  state.clock.advance(3);
  expect(await attempt()).toBe(1);
});

test('after a day it is given up, and the record says so', async () => {
  await open();
  receiver.answer = (response) => void response.writeHead(500).end();
  for (let hours = 0; hours < 30; hours++) {
    await attempt();
    state.clock.advance(3601);
  }
  expect((await notification()).state).toBe('given_up');
  const count = receiver.received.length;
  state.clock.advance(100_000);
  expect(await attempt()).toBe(0);
  expect(receiver.received).toHaveLength(count);
  const given = (await serviceRecords(state.control)).filter(({ kind }) => kind === 'incident_given_up');
  expect(given).toHaveLength(1);
  expect(given[0]?.detail).toMatchObject({ attempts: count, outcome: 'answered', status: 500 });
});

test('a receiver that is gone, or asks for a time beyond the end, is given up at once', async () => {
  await open();
  receiver.answer = (response) => void response.writeHead(410).end();
  await attempt();
  expect((await notification()).state).toBe('given_up');
  await judge(state.control, state.clock.now, 'critical', 'another call');
  receiver.answer = (response) => void response.writeHead(503, { 'retry-after': '90000' }).end();
  await attempt();
  expect(await due()).toEqual([]);
});

test('a redirect is not followed: it could lead where nothing was checked', async () => {
  await open();
  receiver.answer = (response) =>
    void response.writeHead(307, { location: `${receiver.url}/elsewhere` }).end();
  await attempt();
  expect(receiver.received.map(({ path }) => path)).toEqual(['/hook']);
  expect(await attempts()).toEqual([{ attempt: 1, outcome: 'answered', status: 307 }]);
});

test('nothing is sent to a private address unless a setting allows, and the attempt says why', async () => {
  await open();
  await attempt({ private_webhooks: false });
  expect(receiver.received).toEqual([]);
  expect(await attempts()).toEqual([{ attempt: 1, outcome: 'address_not_allowed', status: null }]);
});

test('a name is resolved once, and what was checked is what is connected to', async () => {
  const port = new URL(receiver.url).port;
  await open('', `http://rebind.example:${port}/hook`);
  let asked = 0;
  const resolve: Resolve = async () => {
    asked += 1;
    // Whoever asks a second time is sent to a port of this machine on which nobody listens.
    return [{ address: asked === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }];
  };
  await attempt({ resolve });
  expect(asked).toBe(1);
  expect(receiver.received.map(({ headers }) => headers.host)).toEqual([`rebind.example:${port}`]);
  expect((await notification()).state).toBe('delivered');
});

test('a receiver that never answers, and one that is not there, are tried again', async () => {
  await open();
  receiver.answer = () => undefined;
  await attempt({ timeout_ms: 200 });
  await receiver.close();
  state.clock.advance(60);
  await attempt();
  expect((await attempts()).map(({ outcome }) => outcome)).toEqual(['timeout', 'econnrefused']);
});

test('an attempt that is interrupted leaves no trace, and is made again', async () => {
  await open();
  const stopping = new AbortController();
  receiver.answer = () => stopping.abort();
  const settings = { ...state.deps.settings, private_webhooks: true };
  const deps = { ...state.deps, settings, logger: pino({ level: 'silent' }) };
  const [row] = await due();
  if (row === undefined) throw new Error('nothing is due');
  await deliver(deps, row, { signal: stopping.signal });
  expect(await attempts()).toEqual([]);
  expect(await due()).toHaveLength(1);
});

test('a receiver that hangs holds up its own workflow alone', async () => {
  await open();
  for (const key of ['b', 'c', 'd', 'e']) await judge(state.control, state.clock.now, 'critical', key);
  const bounds = { without: [], most: 8, most_of_workflow: 2 };
  const first = await dueNotifications(state.control, state.clock.now, bounds);
  expect(first).toHaveLength(2);
  const next = { ...bounds, without: first, most: 6 };
  expect(await dueNotifications(state.control, state.clock.now, next)).toEqual([]);
  expect(
    await dueNotifications(state.control, state.clock.now, { ...next, without: first.slice(1) }),
  ).toHaveLength(1);
});
