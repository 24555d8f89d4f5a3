import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createPerson, createQueryService, type QueryService } from '../../src/index.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';

let clickhouse: Awaited<ReturnType<typeof startTestClickHouse>>;
let postgres: PostgresServer;
let service: QueryService;
let server: Server;
beforeAll(async () => {
  [clickhouse, postgres] = await Promise.all([startTestClickHouse(), startPostgres()]);
  const { reader, service: writer } = clickhouse.clients;
  // With all of its background work, which asks the database all the time.
  service = await createQueryService({
    database_url: postgres.url,
    store: { reader, service: writer },
    logger: pino({ level: 'silent' }),
  });
  service.start();
  server = createServer(service.app).listen(0, '127.0.0.1');
});
afterAll(async () => {
  server?.close();
  await service?.stop();
  await postgres?.stop();
  await clickhouse?.close();
});

const status = async () =>
  (await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/readyz`)).status;
const patience = { timeout: 30_000, interval: 50 };
const add = (email: string) =>
  createPerson(service.control, {
    ...{ email, display_name: email, roles: ['owner'], teams: ['ops'], created_by: 'test' },
  });

test('a database that hangs is one that does not answer: the service says which, in time, and piles nothing up on it', async () => {
  await vi.waitFor(async () => expect(await status()).toBe(200), patience);
  const locker = new pg.Client(postgres.url);
  await locker.connect();
  const readiness = async () => {
    const began = performance.now();
    const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/readyz`);
    return { ...((await answer.json()) as object), status: answer.status, ms: performance.now() - began };
  };
  const hanging = async () => {
    const { rows } = await locker.query(
      `SELECT count(*)::int AS count FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%"name" from "state_values"%'`,
    );
    return rows[0].count as number;
  };
  try {
    await locker.query('BEGIN; LOCK TABLE state_values IN ACCESS EXCLUSIVE MODE');
    for (const answer of await Promise.all(Array.from({ length: 20 }, readiness))) {
      expect(answer).toMatchObject({ status: 503, control: false, store: true });
      expect(answer.ms).toBeLessThan(5000);
    }
    expect(await readiness()).toMatchObject({ status: 503, control: false });
    expect(await hanging()).toBeLessThanOrEqual(1);
    await locker.query('ROLLBACK');
    await vi.waitFor(async () => expect(await status()).toBe(200), patience);
  } finally {
    await locker.end();
  }
}, 60_000);

test('a service with all its work outlives the database, says that it is away, and goes on with nothing lost', async () => {
  await vi.waitFor(() => expect(service.control.leads()).toBe(true), patience);
  await add('before@example.com');
  expect(await status()).toBe(200);
  await postgres.kill();
  await vi.waitFor(async () => expect(await status()).toBe(503), patience);
  // Long enough for each work to have met it, and for the lead to be given up.
  await vi.waitFor(() => expect(service.control.leads()).toBe(false), patience);
  await expect(add('meanwhile@example.com')).rejects.toMatchObject({ code: 'storage_unavailable' });
  await postgres.start();
  await vi.waitFor(async () => expect(await status()).toBe(200), patience);
  await vi.waitFor(() => expect(service.control.leads()).toBe(true), patience);
  await add('after@example.com');
  expect(await service.flush()).toBe(true);
  const people = await service.control.db.selectFrom('people').select('email').orderBy('email').execute();
  expect(people.map(({ email }) => email)).toEqual(['after@example.com', 'before@example.com']);
}, 120_000);
