import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ControlState, openControlState } from '../../src/index.ts';
import { freshDatabase } from '../support/postgres.ts';

const logger = pino({ level: 'silent' });
let database_url: string;
let open: ControlState[];
let children: ChildProcess[];
beforeEach(async () => {
  database_url = await freshDatabase();
  open = [];
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  for (const control of open) await control.close();
});

/** One process of several, as far as the state can tell; says when it leads, and with which state. */
async function candidate() {
  const control = await openControlState({ database_url });
  open.push(control);
  let leads = Promise.withResolvers<ControlState>();
  let current: ControlState | undefined;
  let ended = 0;
  const standing = control.lead((state) => {
    current = state;
    leads.resolve(state);
    return {
      stop: async () => {
        ended += 1;
        current = undefined;
        leads = Promise.withResolvers();
      },
    };
  }, logger);
  return { control, standing, leads: () => leads.promise, current: () => current, ended: () => ended };
}

const change = (control: ControlState) => control.change(async ({ now }) => now);
const soon = (work: Promise<unknown>) => Promise.race([work, sleep(1500, 'nobody')]);

test('one of several leads, and when it stops another does', async () => {
  const first = await candidate();
  const state = await first.leads();
  const second = await candidate();
  expect([first.control.leads(), second.control.leads()]).toEqual([true, false]);
  expect(await soon(second.leads())).toBe('nobody');
  await change(state);
  await first.standing.stop();
  expect(first.ended()).toBe(1);
  await change(await second.leads());
  await expect(change(state)).rejects.toThrow('Another process');
  // Requests are everybody's.
  await change(first.control);
  await second.standing.stop();
});

test('a leader that is cut off from its lock changes nothing any more, whether it knows or not', async () => {
  const first = await candidate();
  const state = await first.leads();
  const second = await candidate();
  const client = new pg.Client({ connectionString: database_url });
  await client.connect();
  // Until it is gone, its session has the lock, and the process leads.
  await client.query(
    `select pg_terminate_backend(pid, 10000) from pg_locks where locktype = 'advisory' and granted
     and database = (select oid from pg_database where datname = current_database())`,
  );
  await client.end();
  // Asked at once, so most likely before it has noticed.
  await expect(change(state)).rejects.toThrow('Another process');
  const successor = () =>
    [first.current(), second.current()].find((one) => one !== undefined && one !== state);
  while (successor() === undefined || first.ended() === 0) await sleep(10);
  await change(successor() ?? state);
  await Promise.all([first.standing.stop(), second.standing.stop()]);
});

test('the work of a leader that is killed is taken up by another', async () => {
  const script = new URL('leading-child.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--conditions=tollgate-source', script, database_url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  await once(child.stdout, 'data');
  const second = await candidate();
  expect(await soon(second.leads())).toBe('nobody');
  child.kill('SIGKILL');
  await change(await second.leads());
  await second.standing.stop();
});
