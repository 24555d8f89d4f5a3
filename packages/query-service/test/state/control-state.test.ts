import { startChain, TollgateError, verifyChain } from '@tollgate/contract';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { changeOrRefuse } from '../../src/state/change.ts';
import { Signals } from '../../src/state/signals.ts';
import { systemClock } from '../../src/state/time.ts';
import { type TestControl, testControl } from '../support/control.ts';
import { overPostgres } from '../support/postgres.ts';
import { recordTexts } from '../support/records.ts';

let held: TestControl;
beforeEach(async () => {
  held = await testControl();
});
afterEach(() => held.close());

const scope = {
  run_id: '0199a0de-0000-7000-8000-000000000001',
  workflow: 'w',
  policy_version: 'p',
  owner: 'o',
  team: 't',
};
const record = (actor: string) =>
  held.control.change((change) => change.record(scope, { kind: 'suspended', actor }));

const outbox = () => recordTexts(held.control);

test('a change that throws leaves nothing: no row, no record, no wake-up', async () => {
  const listener = held.control.signals.listen('topic');
  const failing = held.control.change(async (change) => {
    await change.db.insertInto('state_values').values({ name: 'x', value: '1' }).execute();
    await change.record(scope, { kind: 'suspended' });
    change.announce('topic');
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(await outbox()).toEqual([]);
  expect(
    await held.control.db.selectFrom('state_values').select('name').where('name', '=', 'x').execute(),
  ).toEqual([]);
  expect(await listener?.wait(20, new AbortController().signal)).toBe('over');
  listener?.stop();
});

test('a refusal that is returned keeps its record, and is thrown', async () => {
  const refused = changeOrRefuse(held.control, async (change) => {
    await change.record(scope, { kind: 'suspended' });
    return new TollgateError('conflict');
  });
  await expect(refused).rejects.toMatchObject({ code: 'conflict' });
  expect(await outbox()).toHaveLength(1);
});

test('changes that come at once take turns, and their records make one whole chain', async () => {
  await Promise.all(Array.from({ length: 40 }, (_, index) => record(`actor ${index}`)));
  const texts = await outbox();
  const start = startChain(scope.run_id, held.control.writer, 'p');
  expect(verifyChain(start, texts)).toMatchObject({ findings: [], end: { seq: 40 } });
});

test('the chain goes on after a restart, by the same writer', async () => {
  const { writer } = held.control;
  await record('before');
  await held.reopen();
  await record('after');
  expect(held.control.writer).toBe(writer);
  expect(verifyChain(startChain(scope.run_id, writer, 'p'), await outbox()).findings).toEqual([]);
});

test('the reading side refuses to write, by builder and by raw SQL', async () => {
  const { db } = held.control;
  await expect(db.insertInto('state_values').values({ name: 'x', value: '1' }).execute()).rejects.toThrow(
    /read-?only/,
  );
  await expect(sql`DELETE FROM people`.execute(db)).rejects.toThrow(/read-?only/);
});

test.skipIf(overPostgres())('every commit is synced, and references are enforced', async () => {
  const read = (pragma: string) =>
    held.control.change(
      async ({ db }) => (await sql.raw<Record<string, unknown>>(`PRAGMA ${pragma}`).execute(db)).rows,
    );
  expect(await read('synchronous')).toEqual([{ synchronous: 2 }]);
  expect(await read('journal_mode')).toEqual([{ journal_mode: 'wal' }]);
  expect(await read('foreign_keys')).toEqual([{ foreign_keys: 1 }]);
});

test('SQL in every text is text', async () => {
  const evil = `'); DROP TABLE people; --`;
  await expect(held.person(`${evil}@example.com`, ['admin'])).rejects.toThrow();
  await record(evil);
  expect((await outbox())[0]).toContain('DROP TABLE people');
  expect(await held.control.db.selectFrom('people').selectAll().execute()).toEqual([]);
});

test('the clock never gives the same time twice', () => {
  const clock = systemClock();
  const times = Array.from({ length: 1000 }, clock);
  expect(times.every((time, index) => index === 0 || time > (times[index - 1] ?? 0n))).toBe(true);
});

test('there are no more waiters than allowed', () => {
  const signals = new Signals(2);
  const [first, second] = [signals.listen('a'), signals.listen('b')];
  expect(signals.listen('c')).toBeUndefined();
  first?.stop();
  first?.stop();
  expect(signals.waiting).toBe(1);
  expect(signals.listen('c')).toBeDefined();
  second?.stop();
});
