import { startChain, verifyChain } from '@tollgate/contract';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type ControlState, openControlState } from '../../src/index.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { recordTexts } from '../support/records.ts';

let server: PostgresServer;
let control: ControlState;
beforeAll(async () => {
  server = await startPostgres();
});
beforeEach(async () => {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query('drop schema public cascade; create schema public');
  await client.end();
  control = await openControlState({ database_url: server.url });
});
afterEach(() => control.close());
afterAll(() => server.stop());

const scope = {
  run_id: '0199a0de-0000-7000-8000-000000000001',
  ...{ workflow: 'w', policy_version: 'p', owner: 'o', team: 't' },
};
const record = (actor: string) =>
  control.change((change) => change.record(scope, { kind: 'suspended', actor }));
const chain = () => recordTexts(control);

test('while the database is away changes fail as such, and afterwards they go on', async () => {
  await record('before');
  await server.kill();
  await expect(record('meanwhile')).rejects.toMatchObject({ code: 'storage_unavailable' });
  await expect(control.db.selectFrom('people').selectAll().execute()).rejects.toMatchObject({
    code: 'storage_unavailable',
  });
  await server.start();
  await record('after');
  const texts = await chain();
  expect(texts).toHaveLength(2);
  expect(verifyChain(startChain(scope.run_id, control.writer, 'p'), texts).findings).toEqual([]);
});

test('a server that is killed under load loses nothing that it acknowledged, and doubles nothing', async () => {
  const acknowledged: string[] = [];
  let going = true;
  const writers = Array.from({ length: 4 }, async (_, writer) => {
    for (let n = 0; going; n++) {
      const actor = `${writer}/${n}`;
      // Whether what was not acknowledged is there, nobody knows.
      await record(actor).then(
        () => acknowledged.push(actor),
        () => new Promise((done) => setTimeout(done, 20)),
      );
    }
  });
  for (let kills = 0; kills < 3; kills++) {
    const seen = acknowledged.length;
    while (acknowledged.length < seen + 30) await new Promise((done) => setTimeout(done, 5));
    await server.kill();
    await server.start();
  }
  going = false;
  await Promise.all(writers);
  const texts = await chain();
  expect(verifyChain(startChain(scope.run_id, control.writer, 'p'), texts).findings).toEqual([]);
  const actors = texts.map((text) => String(JSON.parse(text).actor));
  expect(new Set(actors).size).toBe(actors.length);
  expect(acknowledged.filter((actor) => !actors.includes(actor))).toEqual([]);
});

test('what is done exclusively fails while the database is away, and goes on afterwards', async () => {
  expect(await control.exclusively('work', async () => 'before')).toBe('before');
  await server.kill();
  await expect(control.exclusively('work', async () => 'meanwhile')).rejects.toThrow();
  await expect(control.exclusively('other work', async () => 'meanwhile')).rejects.toThrow();
  await server.start();
  expect(await control.exclusively('work', async () => 'after')).toBe('after');
});

test('who waited while the connection was lost is woken, since something may have been missed', async () => {
  const listener = control.signals.listen('approval:x');
  await server.kill();
  await server.start();
  // The wait would outlast this test.
  expect(await listener?.wait(120_000, new AbortController().signal)).toBe('changed');
  listener?.stop();
});

test('changes see what was committed while they waited, whatever the database gives its sessions', async () => {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query("alter database postgres set default_transaction_isolation = 'serializable'");
  await client.end();
  const [one, other] = await Promise.all([1, 2].map(() => openControlState({ database_url: server.url })));
  const all = Array.from({ length: 40 }, (_, n) =>
    (n % 2 === 0 ? one : other)?.change((change) =>
      change.record(scope, { kind: 'suspended', actor: `actor ${n}` }),
    ),
  );
  await Promise.all(all);
  expect(verifyChain(startChain(scope.run_id, control.writer, 'p'), await chain())).toMatchObject({
    findings: [],
    end: { seq: 40 },
  });
  await Promise.all([one?.close(), other?.close()]);
});

test('a process that stops in the middle of a change loses it, and holds up others for a bounded time', async () => {
  const begun = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const stopped = control.change(async (change) => {
    await change.record(scope, { kind: 'suspended', actor: 'stopped' });
    begun.resolve();
    await goOn.promise;
  });
  await begun.promise;
  const other = await openControlState({ database_url: server.url, clock: control.clock });
  const change = () => other.change((open) => open.record(scope, { kind: 'suspended', actor: 'other' }));
  await expect(change()).rejects.toMatchObject({ code: 'storage_unavailable' });
  await vi.waitFor(change, { timeout: 25_000, interval: 100 });
  goOn.resolve();
  await expect(stopped).rejects.toMatchObject({ code: 'storage_unavailable' });
  const texts = await chain();
  expect(texts.map((text) => JSON.parse(text).actor)).toEqual(['other']);
  await other.close();
}, 60_000);

test('a server that would lose what it has committed is refused', async () => {
  const careless = await startPostgres(['fsync=off']);
  try {
    await expect(openControlState({ database_url: careless.url })).rejects.toThrow('fsync = off');
  } finally {
    await careless.stop();
  }
});

test('a database that cannot hold every text is refused', async () => {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query("create database narrow encoding 'SQL_ASCII' template template0 locale 'C'");
  await client.end();
  const url = new URL(server.url);
  url.pathname = '/narrow';
  await expect(openControlState({ database_url: url.href })).rejects.toThrow("ENCODING 'UTF8'");
});

test('texts are in the order of their bytes, whatever the order of the database is', async () => {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query(
    "create database sorted template template0 locale_provider icu icu_locale 'en-US' locale 'C'",
  );
  await client.end();
  const url = new URL(server.url);
  url.pathname = '/sorted';
  const sorted = await openControlState({ database_url: url.href });
  const names = ['a', 'B', 'b', '-c', 'ä', 'Z'];
  await sorted.change(({ db }) =>
    db
      .insertInto('state_values')
      .values(names.map((name) => ({ name: `x${name}`, value: '' })))
      .execute(),
  );
  const rows = await sorted.db
    .selectFrom('state_values')
    .select('name')
    .where('name', '>=', 'x')
    .orderBy('name')
    .execute();
  expect(rows.map(({ name }) => name)).toEqual(names.map((name) => `x${name}`).toSorted());
  await sorted.close();
});
