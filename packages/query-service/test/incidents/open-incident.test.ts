import { afterEach, beforeEach, expect, test } from 'vitest';
import { triageFlag } from '../../src/flags/triage.ts';
import { isSuspended } from '../../src/registrations/read-workflow.ts';
import { type TestControl, testControl } from '../support/control.ts';
import { serviceRecords } from '../support/records.ts';
import { judge, registerPath, startRun } from './flags.ts';

let state: TestControl;
beforeEach(async () => {
  state = await testControl();
});
afterEach(() => state.close());

const WEBHOOK = 'webhook: "https://hooks.example.com/T0/unguessable"';
const notifications = () => state.control.db.selectFrom('notifications').selectAll().execute();
const kinds = async () => (await serviceRecords(state.control)).map(({ kind }) => kind);
const flagId = async () =>
  (await state.control.db.selectFrom('flags').select('flag_id').executeTakeFirstOrThrow()).flag_id;

test('a critical flag becomes one notification and one record, however often it is judged', async () => {
  await registerPath(state, `{ people: [owner@example.com], ${WEBHOOK} }`);
  for (let times = 0; times < 3; times++) await judge(state.control, state.clock.now, 'critical');
  const [row, ...more] = await notifications();
  expect(more).toEqual([]);
  expect(row).toMatchObject({
    ...{ purpose: 'incident', control: 'break_glass_used', severity: 'critical', state: 'waiting' },
    ...{ flag_id: await flagId(), owner: 'owner@example.com', kind: 'standard', attempts: 0 },
  });
  expect(BigInt(row?.due_at ?? 0) - BigInt(row?.opened_at ?? 0)).toBe(1_800_000_000_000n);
  const opened = (await serviceRecords(state.control)).filter(({ kind }) => kind === 'incident_opened');
  expect(opened).toHaveLength(1);
  expect(opened[0]?.detail).toMatchObject({ webhook: 'hooks.example.com', suspended: false });
  expect(JSON.stringify(opened)).not.toContain('unguessable');
});

test('a flag below the severity of the path is no incident until it rises, and then it is one', async () => {
  await registerPath(state, `{ people: [owner@example.com], ${WEBHOOK} }`);
  await judge(state.control, state.clock.now, 'warning');
  expect(await notifications()).toEqual([]);
  await judge(state.control, state.clock.now, 'critical');
  expect(await notifications()).toHaveLength(1);
});

test('a path that begins lower, and one without a webhook', async () => {
  await registerPath(state, '{ people: [owner@example.com], from_severity: warning }');
  await judge(state.control, state.clock.now, 'info');
  expect(await notifications()).toEqual([]);
  await judge(state.control, state.clock.now, 'warning');
  expect(await notifications()).toMatchObject([{ state: 'unsent', url: null, next_attempt_at: null }]);
});

test('a flag that was cleared needs nobody, and one that comes back is an incident of its own', async () => {
  await registerPath(state, `{ people: [owner@example.com], ${WEBHOOK} }`);
  await judge(state.control, state.clock.now, 'critical');
  await judge(state.control, state.clock.now, undefined);
  expect((await notifications())[0]?.closed_at).not.toBeNull();
  await judge(state.control, state.clock.now, 'critical');
  expect((await notifications()).map(({ closed_at }) => closed_at === null).sort()).toEqual([false, true]);
});

test('acknowledging the flag acknowledges the incident, in the name of who signed in', async () => {
  await registerPath(state, `{ people: [owner@example.com], ${WEBHOOK} }`);
  await judge(state.control, state.clock.now, 'critical');
  const alice = await state.person('alice@example.com', ['approver']);
  await triageFlag(state.deps, alice, await flagId(), 'acknowledged', 'looking at it');
  const [first] = await notifications();
  expect(first?.acknowledged_by).toBe('alice@example.com');
  await triageFlag(state.deps, alice, await flagId(), 'resolved', 'it was right');
  expect((await notifications())[0]?.acknowledged_at).toBe(first?.acknowledged_at);
});

test('an incident suspends the workflow only where its file says so, once, with the cause on record', async () => {
  await registerPath(state, `{ people: [owner@example.com], ${WEBHOOK} }`);
  const run_id = await startRun(state);
  await judge(state.control, state.clock.now, 'critical', 'call-1', run_id);
  expect(await isSuspended(state.control.db, 'ops-deploy')).toBe(false);
});

test('suspension by an incident', async () => {
  await registerPath(state, '{ people: [owner@example.com], suspend_workflow: true }');
  const run_id = await startRun(state);
  await judge(state.control, state.clock.now, 'critical', 'call-1', run_id);
  expect(await isSuspended(state.control.db, 'ops-deploy')).toBe(true);
  const [row] = await notifications();
  const suspended = (await serviceRecords(state.control)).find(({ kind }) => kind === 'suspended');
  expect(suspended).toMatchObject({ actor: 'incident path' });
  expect(suspended?.detail).toMatchObject({
    ...{ notification_id: row?.notification_id, flag_id: await flagId(), control: 'break_glass_used' },
  });
  expect(row?.suspended).toBe(1);
  expect((await kinds()).filter((kind) => kind === 'suspended')).toHaveLength(1);
});

test('a transaction that fails leaves neither flag nor notification', async () => {
  await registerPath(state, `{ people: [owner@example.com], ${WEBHOOK} }`);
  const failing = Object.assign(Object.create(state.control), {
    change: (work: Parameters<typeof state.control.change>[0]) =>
      state.control.change(async (change) => {
        await work(change);
        throw new Error('the disk is full');
      }),
  });
  await expect(judge(failing, state.clock.now, 'critical')).rejects.toThrow('the disk is full');
  expect(await notifications()).toEqual([]);
  expect(await state.control.db.selectFrom('flags').selectAll().execute()).toEqual([]);
});
