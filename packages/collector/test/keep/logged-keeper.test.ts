import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { ANY, bodyOf, imbalance, type Kept, openKeeper } from '../support/keeper.ts';
import { MemoryFiles } from '../support/memory-files.ts';
import { MemoryStore } from '../support/memory-store.ts';

const open: Kept[] = [];
const begin = (
  limits: Parameters<typeof openKeeper>[2] = {},
  files = new MemoryFiles(),
  store = new MemoryStore(),
  more: Parameters<typeof openKeeper>[3] = {},
) => {
  const kept = openKeeper(files, store, limits, more);
  open.push(kept);
  return { ...kept, files, store };
};
afterEach(async () => {
  for (const each of open.splice(0)) {
    expect(imbalance(each)).toBe(0);
    await each.keeper.close(0);
  }
});

const AWAY = { kind: 'unavailable', code: 210, message: 'away' } as const;
const names = (store: MemoryStore) => store.rows.map((row) => row.spanName).sort();

test('bodies are acknowledged when they are logged, and many of them are one insert', async () => {
  const { keeper, store } = begin();
  const all = Array.from({ length: 20 }, (_, i) => keeper.keep(bodyOf([`s${i}`])));
  expect((await Promise.all(all)).map(({ kind }) => kind)).toEqual(Array(20).fill('kept'));
  expect(store.rows).toEqual([]);
  expect(await keeper.flush(5000)).toEqual({ kind: 'stored' });
  expect(store.rows).toHaveLength(20);
  expect(store.inserts).toHaveLength(1);
});

test('few rows wait together for the insert that is under way, and a second at most', async () => {
  const store = new MemoryStore();
  const gate = Promise.withResolvers<void>();
  store.gate = gate.promise;
  const { keeper } = begin({}, undefined, store);
  await keeper.keep(bodyOf(['first']));
  await expect.poll(() => store.inserts.length).toBe(1);
  await keeper.keep(bodyOf(['second']));
  // Longer than a block lingers when it is calm.
  await sleep(250);
  await keeper.keep(bodyOf(['third']));
  await expect.poll(() => store.inserts.length, { timeout: 5000 }).toBe(2);
  gate.resolve();
  expect(await keeper.flush(5000)).toEqual({ kind: 'stored' });
  expect(names(store)).toEqual(['first', 'second', 'third']);
  expect(store.inserts).toHaveLength(2);
});

test('in the mode that waits for storage nobody is answered before', async () => {
  const store = new MemoryStore();
  const gate = Promise.withResolvers<void>();
  store.gate = gate.promise;
  const { keeper } = begin({}, undefined, store, { whenStored: true });
  let answered = false;
  const kept = keeper.keep(bodyOf(['a'])).then((result) => {
    answered = true;
    return result;
  });
  await expect.poll(() => store.inserts.length).toBe(1);
  expect(answered).toBe(false);
  gate.resolve();
  expect((await kept).kind).toBe('kept');
  expect(store.rows).toHaveLength(1);
});

test('a body that the log cannot take is refused, counts nowhere and is never stored', async () => {
  const { keeper, store, files, ledger } = begin();
  expect((await keeper.keep(bodyOf(['before']))).kind).toBe('kept');
  files.before = (operation) => {
    if (operation === 'sync') throw new Error('EIO');
  };
  const results = await Promise.all([keeper.keep(bodyOf(['x'])), keeper.keep(bodyOf(['y']))]);
  expect(results).toMatchObject([{ reason: 'log_unavailable' }, { reason: 'log_unavailable' }]);
  expect(keeper.readiness()).toMatchObject({ accepts: false });
  files.before = () => undefined;
  await expect.poll(async () => (await keeper.keep(bodyOf(['x']))).kind, { interval: 60 }).toBe('kept');
  expect(await keeper.flush(5000)).toEqual({ kind: 'stored' });
  expect(names(store)).toEqual(['before', 'x']);
  expect(ledger.balance()).toMatchObject({ accepted: 2, stored: 2, inLog: 0 });
  expect(keeper.readiness()).toMatchObject({ accepts: true });
});

test('while storage is away memory holds a few blocks, and the log the rest; then all is stored once', async () => {
  const store = new MemoryStore();
  store.fault = () => AWAY;
  const { keeper, ledger } = begin({ blockRows: 10 }, undefined, store);
  const sent = Array.from({ length: 300 }, (_, i) => `s${String(i).padStart(3, '0')}`);
  for (const name of sent) expect((await keeper.keep(bodyOf([name]))).kind).toBe('kept');
  expect(ledger.balance()).toMatchObject({ accepted: 300, stored: 0, inLog: 300 });
  const held = new Set(store.inserts);
  // Two inserts under way, again and again the same two.
  expect(held.size).toBe(2);
  store.fault = () => undefined;
  expect(await keeper.flush(20_000)).toEqual({ kind: 'stored' });
  expect(names(store)).toEqual(sent);
  expect(ledger.balance()).toMatchObject({ stored: 300, inLog: 0 });
});

test('over the bound of the log a body is refused, and taken again when there is room', async () => {
  const store = new MemoryStore();
  store.fault = () => AWAY;
  const { keeper } = begin({ maxLogSpans: 3 }, undefined, store);
  const results = [];
  for (const name of ['a', 'b', 'c', 'd']) results.push(await keeper.keep(bodyOf([name])));
  expect(results.map((result) => (result.kind === 'kept' ? 'kept' : result.reason))).toEqual([
    'kept',
    'kept',
    'kept',
    'log_full',
  ]);
  expect(keeper.readiness().detail).toContain('the log is full');
  store.fault = () => undefined;
  await keeper.flush(10_000);
  expect((await keeper.keep(bodyOf(['d']))).kind).toBe('kept');
});

test('one client that floods does not keep another from being heard', async () => {
  const store = new MemoryStore();
  store.fault = () => AWAY;
  const { keeper } = begin({ maxLogBytes: 1024 * 1024, blockRows: 4 }, undefined, store);
  const flood = { ...ANY, principal: 'flood' };
  let refused: string | undefined;
  for (let i = 0; refused === undefined; i++) {
    const kept = await keeper.keep(bodyOf([`flood ${i} ${'x'.repeat(20_000)}`], flood));
    if (kept.kind === 'refused') refused = kept.reason;
  }
  expect(refused).toBe('client_over_share');
  for (let i = 0; i < 4; i++) expect((await keeper.keep(bodyOf([`other ${i}`]))).kind).toBe('kept');
  expect(await keeper.keep(bodyOf([`flood again ${'x'.repeat(20_000)}`], flood))).toMatchObject({
    reason: 'client_over_share',
  });
});

test('a repeated body gets its answer again: in flight, logged, stored, and after a restart', async () => {
  const first = begin();
  const body = bodyOf(['good', '']);
  const mixed = { ...body, unpacked: Buffer.concat([body.unpacked, Buffer.from([0x0a, 0x02, 0x12, 0x00])]) };
  const answers = await Promise.all([first.keeper.keep(mixed), first.keeper.keep(mixed)]);
  expect(answers[0]).toEqual(answers[1]);
  await first.keeper.flush(5000);
  expect(await first.keeper.keep(mixed)).toEqual(answers[0]);
  expect(first.ledger.balance()).toMatchObject({ accepted: 6, duplicate: 4, stored: 2 });
  await first.keeper.close(1000);
  const second = begin({}, first.files, first.store);
  expect(await second.keeper.keep(mixed)).toEqual(answers[0]);
  expect(second.ledger.balance()).toMatchObject({ accepted: 2, duplicate: 2, recovered: 0 });
  expect(first.store.rows).toHaveLength(2);
});

test('bodies that ClickHouse refuses are found among the others and quarantined whole', async () => {
  const store = new MemoryStore();
  store.fault = (rows) =>
    rows.some(({ spanName }) => spanName.startsWith('poison'))
      ? { kind: 'rejected', code: 407, message: 'overflow' }
      : undefined;
  const { keeper, ledger, files } = begin({}, undefined, store);
  const bodies = Array.from({ length: 40 }, (_, i) =>
    bodyOf([i % 20 === 7 ? `poison ${i}` : `s${i}`, `t${i}`]),
  );
  await Promise.all(bodies.map((body) => keeper.keep(body)));
  expect(await keeper.flush(10_000)).toEqual({ kind: 'stored' });
  expect(store.rows).toHaveLength(76);
  expect(store.quarantined.map(({ reason, message }) => [reason, message])).toEqual(
    Array(2).fill(['unstorable', 'ClickHouse error 407; 2 spans']),
  );
  const raw = store.quarantined.map((row) => JSON.parse(row.raw).body);
  expect(raw).toEqual([7, 27].map((i) => bodies[i]?.sent.toString('base64')));
  expect(files.aside.map(({ bytes }) => bytes)).toEqual([7, 27].map((i) => bodies[i]?.sent));
  expect(ledger.balance()).toMatchObject({ stored: 76, quarantined: new Map([['unstorable', 4]]) });
});

test('a server that refuses everything is waited for, and nothing is quarantined for it', async () => {
  const store = new MemoryStore();
  store.fault = () => ({ kind: 'rejected', code: 407, message: 'overflow' });
  const { keeper } = begin({}, undefined, store);
  await Promise.all(Array.from({ length: 5 }, (_, i) => keeper.keep(bodyOf([`s${i}`]))));
  await expect.poll(() => store.inserts.length).toBeGreaterThan(10);
  expect(store.quarantined).toEqual([]);
  store.fault = () => undefined;
  expect(await keeper.flush(20_000)).toEqual({ kind: 'stored' });
  expect(store.rows).toHaveLength(5);
});

test('bytes of the log that changed are counted and quarantined, and their neighbours are stored', async () => {
  const store = new MemoryStore();
  store.fault = () => AWAY;
  const { keeper, files, ledger } = begin({ blockRows: 1 }, undefined, store);
  for (const name of ['a', 'b', 'c', 'changed', 'e']) await keeper.keep(bodyOf([name]));
  const bytes = files.content('0000000001.log');
  bytes[bytes.lastIndexOf('changed')] = 0x7a;
  store.fault = () => undefined;
  expect(await keeper.flush(20_000)).toEqual({ kind: 'stored' });
  expect(names(store)).toEqual(['a', 'b', 'c', 'e']);
  expect(store.quarantined.map(({ reason }) => reason)).toEqual(['log_damaged']);
  expect(ledger.balance()).toMatchObject({ accepted: 5, stored: 4, inLog: 0 });
});

test('a full disk does not keep the log from being emptied', async () => {
  const store = new MemoryStore();
  store.fault = () => AWAY;
  const { keeper, files } = begin({}, undefined, store);
  await keeper.keep(bodyOf(['a']));
  files.room = 0;
  expect(await keeper.keep(bodyOf(['b']))).toMatchObject({ reason: 'log_unavailable' });
  store.fault = () => undefined;
  expect(await keeper.flush(20_000)).toEqual({ kind: 'stored' });
  expect(names(store)).toEqual(['a']);
});

test('a disk that is full of what is stored, and is kept only to be known again, takes bodies again', async () => {
  const { keeper, files, store } = begin();
  for (let n = 0; n < 5; n++) await keeper.keep(bodyOf([`${n} ${'x'.repeat(60_000)}`]));
  expect(await keeper.flush(5000)).toEqual({ kind: 'stored' });
  files.room = 0;
  const next = bodyOf([`next ${'x'.repeat(60_000)}`]);
  expect(await keeper.keep(next)).toMatchObject({ reason: 'log_unavailable' });
  await expect.poll(async () => (await keeper.keep(next)).kind, { timeout: 10_000 }).toBe('kept');
  // What is no longer known is known to the tables.
  expect(await keeper.flush(5000)).toEqual({ kind: 'stored' });
  expect(store.rows).toHaveLength(6);
});

test('a small log that has been full and was emptied takes bodies again, any number of times', async () => {
  const { keeper, files } = begin({ maxLogBytes: 1024 * 1024 });
  for (let round = 0; round < 60; round++) {
    const sent = bodyOf([`${round} ${'x'.repeat(60_000)}`]);
    expect((await keeper.keep(sent)).kind, `round ${round}`).toBe('kept');
    expect(await keeper.flush(5000)).toEqual({ kind: 'stored' });
  }
  expect(files.names.filter((name) => name.endsWith('.log')).length).toBeLessThan(6);
});

test('a body whose sender heard no answer is known again after several restarts', async () => {
  const body = bodyOf(['unheard']);
  const first = begin();
  await first.keeper.keep(body);
  await first.keeper.flush(5000);
  await first.keeper.close(1000);
  for (let life = 0; life < 3; life++) await begin({}, first.files, first.store).keeper.close(1000);
  const last = begin({}, first.files, first.store);
  expect((await last.keeper.keep(body)).kind).toBe('kept');
  expect(await last.keeper.flush(5000)).toEqual({ kind: 'stored' });
  expect(first.store.rows).toHaveLength(1);
});
