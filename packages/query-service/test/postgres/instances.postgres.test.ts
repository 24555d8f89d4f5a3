import { startChain, verifyChain } from '@tollgate/contract';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openControlState, withDatabaseLock } from '../../src/index.ts';
import { ARGUMENTS, approvalFlow, type Flow } from '../support/approval-flow.ts';
import { freshDatabase } from '../support/postgres.ts';
import { recordTexts, serviceRecords } from '../support/records.ts';
import { codeOf, placeOf, startService, type TestService } from '../support/service.ts';

/** Two services on one database; nobody leads, so nothing is sent and the outbox shows everything. */
let one: TestService;
let other: TestService;
let flow: Flow;

beforeEach(async () => {
  one = await startService();
  other = await startService({}, one.directory);
  flow = await approvalFlow(one);
});
afterEach(async () => {
  await other.close({ keep: true });
  await one.close();
});

const ask = async () => {
  const run_id = await flow.run();
  const { body } = await flow.ask(run_id, { call_id: 'call' });
  return { run_id, approval_id: String(body['approval_id']) };
};

test('who waits at one instance hears at once of what was decided at another', async () => {
  const { approval_id } = await ask();
  const waiting = other.call(flow.agent, 'GET', `/v1/approvals/${approval_id}/status?wait_seconds=60`);
  await untilSomebodyWaits(other);
  expect((await flow.decide(flow.alice, approval_id)).status).toBe(200);
  // The wait would outlast this test.
  expect((await waiting).body).toMatchObject({ state: 'approved' });
});

test('an event stream of one instance tells of what happened at another', async () => {
  const leaving = new AbortController();
  const response = await fetch(`${other.url}/v1/events`, {
    headers: { authorization: `Bearer ${flow.owner}` },
    signal: leaving.signal,
  });
  const { approval_id } = await ask();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString();
    if (text.includes(approval_id)) break;
  }
  expect(text).toContain(approval_id);
  leaving.abort();
});

test('of fifty that use one grant at two instances at once, one gets the receipt', async () => {
  const { run_id, approval_id } = await ask();
  await flow.decide(flow.alice, approval_id);
  const use = (instance: TestService) =>
    instance.call(flow.agent, 'POST', `/v1/approvals/${approval_id}/consume`, {
      ...{ run_id, call_id: 'call', tool: 'deploy', policy_version: flow.policy_version },
      arguments: ARGUMENTS,
    });
  const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => use(n % 2 === 0 ? one : other)));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(answers.filter((answer) => codeOf(answer) === 'grant_consumed')).toHaveLength(49);
});

test('what both record of one run is one whole chain, in the order of its times', async () => {
  const run_id = await flow.run();
  const scope = {
    run_id,
    workflow: 'ops-deploy',
    policy_version: flow.policy_version,
    owner: 'o',
    team: 'ops',
  };
  const controls = [one.service.control, other.service.control];
  await Promise.all(
    Array.from({ length: 60 }, (_, n) =>
      controls[n % 2]?.change((change) => change.record(scope, { kind: 'suspended', actor: `actor ${n}` })),
    ),
  );
  const { writer } = one.service.control;
  expect(other.service.control.writer).toBe(writer);
  const texts = (await recordTexts(one.service.control)).filter((text) => text.includes(run_id));
  expect(verifyChain(startChain(run_id, writer, flow.policy_version), texts)).toMatchObject({ findings: [] });
  const times = (await serviceRecords(one.service.control)).map(({ time }) => BigInt(time));
  expect(times.every((time, n) => n === 0 || time > (times[n - 1] ?? time))).toBe(true);
});

test('an instance whose clock is behind never says that something happened before what was there already', async () => {
  const database_url = await freshDatabase();
  const start = 1_800_000_000_000_000_000n;
  const ahead = await openControlState({ database_url, clock: () => start });
  const behind = await openControlState({ database_url, clock: () => start - 3_600_000_000_000n });
  const times: bigint[] = [];
  for (const control of [ahead, behind, behind, ahead, behind])
    times.push(await control.change(async ({ now }) => now));
  expect(times).toEqual([0n, 1n, 2n, 3n, 4n].map((n) => start + n));
  await ahead.close();
  await behind.close();
});

test('the clock of an instance is that of the database', async () => {
  const { clock, db, change } = one.service.control;
  const before = clock();
  const now = await change(async (open) => open.now);
  expect(now > before).toBe(true);
  expect(clock() > now).toBe(true);
  expect(
    await db.selectFrom('state_values').select('value').where('name', '=', 'clock').executeTakeFirst(),
  ).toEqual({
    value: String(now),
  });
});

test('what two do under one name never goes on at the same time, and one that is killed does not keep it', async () => {
  const { database_url = '' } = await placeOf(one.directory);
  const controls = [one.service.control, other.service.control];
  let inside = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 8 }, (_, n) =>
      controls[n % 2]?.exclusively('work', async () => {
        inside += 1;
        most = Math.max(most, inside);
        await new Promise((done) => setTimeout(done, 20));
        inside -= 1;
      }),
    ),
  );
  expect(most).toBe(1);
  const third = await openControlState({ database_url });
  await expect(
    third.exclusively('work', async () => {
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  expect(await one.service.control.exclusively('work', async () => 'free')).toBe('free');
  await third.close();
});

async function untilSomebodyWaits({ service }: TestService): Promise<void> {
  while (service.control.signals.waiting === 0) await new Promise((done) => setTimeout(done, 5));
}

test('who has to wait for work of another process is told once, and who has not is not told', async () => {
  const database_url = await freshDatabase();
  const told: string[] = [];
  const first = Promise.withResolvers<void>();
  const began = Promise.withResolvers<void>();
  const run = (name: string, work: () => Promise<void>) =>
    withDatabaseLock(database_url, 'start', work, () => told.push(name));
  const one = run('one', async () => {
    began.resolve();
    await first.promise;
  });
  await began.promise;
  const other = run('other', async () => {});
  await vi.waitFor(() => expect(told).toEqual(['other']), { timeout: 10_000 });
  first.resolve();
  await Promise.all([one, other]);
  expect(told).toEqual(['other']);
});
