import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { freePort } from '../../../../test/support/free-port.ts';
import { freshDatabase } from '../../../query-service/test/support/postgres.ts';
import { type ExternalClickHouse, startExternalClickHouse } from '../support/external-clickhouse.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

interface Instance {
  readonly url: string;
  readonly directory: string;
  readonly child: ChildProcess;
}

let folder: string;
let clickhouse: ExternalClickHouse;
let environment: NodeJS.ProcessEnv;
let instances: Instance[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tollgate-instances-'));
  clickhouse = await startExternalClickHouse();
  environment = {
    ...process.env,
    DATABASE_URL: await freshDatabase(),
    ...clickhouse.environment,
    LOG_LEVEL: 'error',
  };
  // At once: they migrate both stores, and make the first secrets, one after the other.
  instances = await Promise.all([start('one'), start('two')]);
  await Promise.all(instances.map(ready));
}, 120_000);
afterAll(async () => {
  for (const { child } of instances ?? []) child.kill('SIGKILL');
  await clickhouse?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function start(name: string): Promise<Instance> {
  const directory = join(folder, name);
  const port = await freePort();
  const words = ['--disable-warning=ExperimentalWarning', '--conditions=tollgate-source', MAIN, 'serve'];
  const child = spawn(process.execPath, words, {
    env: {
      ...environment,
      PORT: String(port),
      TOLLGATE_DATA_DIR: directory,
      TOLLGATE_INGEST_KEYS_FILE: join(folder, 'ingest-keys.json'),
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return { url: `http://127.0.0.1:${port}`, directory, child };
}

const patience = { timeout: 60_000, interval: 100 };
const ready = ({ url }: Instance) =>
  vi.waitFor(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200), patience);

async function gauge({ url }: Instance, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
}

test('two instances share one state; when the leader is killed the other one does its work', async () => {
  const made = instances.filter(({ directory }) => existsSync(join(directory, 'admin-token')));
  expect(made).toHaveLength(1);
  const token = (await readFile(join(made[0]?.directory ?? '', 'admin-token'), 'utf8')).trim();
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const add = (instance: Instance, email: string) =>
    fetch(`${instance.url}/v1/people`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ email, display_name: email, roles: ['owner'], teams: ['ops'] }),
    });
  const people = async (instance: Instance) =>
    JSON.stringify(await (await fetch(`${instance.url}/v1/people`, { headers })).json());
  const isLeader = (instance: Instance) => gauge(instance, 'tollgate_leader');

  await vi.waitFor(
    async () => expect((await Promise.all(instances.map(isLeader))).toSorted()).toEqual([0, 1]),
    patience,
  );
  const leads = await Promise.all(instances.map(isLeader));
  const leader = instances[leads.indexOf(1)];
  const other = instances[leads.indexOf(0)];
  if (leader === undefined || other === undefined) throw new Error('there are two');
  expect((await add(leader, 'ada@example.com')).status).toBe(201);
  expect(await people(other)).toContain('ada@example.com');

  leader.child.kill('SIGKILL');
  expect((await add(other, 'bob@example.com')).status).toBe(201);
  await vi.waitFor(async () => expect(await isLeader(other)).toBe(1), patience);
  // What both recorded reaches the evidence store.
  await vi.waitFor(async () => expect(await gauge(other, 'tollgate_outbox_rows')).toBe(0), patience);

  other.child.kill('SIGTERM');
  expect(await once(other.child, 'exit')).toEqual([0, null]);
}, 120_000);
