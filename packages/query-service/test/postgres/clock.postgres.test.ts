import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { freePort } from '../../../../test/support/free-port.ts';
import { databaseClock } from '../../src/state/postgres/clock.ts';
import { freshDatabase } from '../support/postgres.ts';

const SLOW_MS = 60;

let near: pg.Pool;
/** What it asks arrives late, and what it is answered: the time in an answer is old when it is heard. */
let far: pg.Pool;
const slow = { questions: 0, answers: 0 };
let close: () => Promise<void>;
beforeEach(async () => {
  const database = new URL(await freshDatabase());
  const port = await freePort();
  const relay = createServer((client) => {
    const server = connect(Number(database.port), database.hostname);
    client.on('data', (bytes) => void sleep(slow.questions).then(() => server.write(bytes)));
    server.on('data', (bytes) => void sleep(slow.answers).then(() => client.write(bytes)));
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const)
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
  }).listen(port, '127.0.0.1');
  near = new pg.Pool({ connectionString: database.href });
  far = new pg.Pool({
    connectionString: Object.assign(new URL(database), { port: String(port) }).href,
    max: 1,
  });
  close = async () => {
    await Promise.all([near.end(), far.end()]);
    relay.close();
  };
});
afterEach(() => close());

const databaseTime = async () => {
  const { rows } = await near.query<{ now: string }>(
    'select floor(extract(epoch from clock_timestamp()) * 1000000)::bigint::text as now',
  );
  return BigInt(rows[0]?.now ?? 0) * 1000n;
};

test.each([
  { questions: SLOW_MS, answers: 0 },
  { questions: 0, answers: SLOW_MS },
])(
  'where $questions ms pass before the database is asked and $answers before it is heard, no clock is ahead of it',
  async (given) => {
    Object.assign(slow, given);
    await databaseTime();
    const { clock, stop } = await databaseClock(far, undefined);
    for (let n = 0; n < 20; n++) {
      const here = clock();
      expect(await databaseTime()).toBeGreaterThanOrEqual(here);
    }
    const there = await databaseTime();
    expect(there - clock()).toBeLessThan(60_000_000_000n);
    stop();
  },
);

test('a clock goes on where the host’s is set to another time', async () => {
  const { clock, stop } = await databaseClock(near, undefined);
  vi.spyOn(Date, 'now').mockReturnValue(Date.UTC(2001, 0, 1));
  const here = clock();
  const there = await databaseTime();
  expect(there).toBeGreaterThanOrEqual(here);
  expect(there - here).toBeLessThan(60_000_000_000n);
  vi.restoreAllMocks();
  stop();
});
