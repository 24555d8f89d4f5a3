import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from '../../../../test/support/free-port.ts';

/** Where the server that tests share listens: `postgres://…`, of a user who may create databases. */
const SERVER = 'TOLLGATE_TEST_POSTGRES';

/** The folder of PostgreSQL's programs; undefined where it is not installed. */
export function postgresPrograms(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).toSorted((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    ...versions.map((version) => join(debian, version, 'bin')),
  ];
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

/** A server ends with this process, however that ends: at once, without writing anything, as if it had crashed. */
const UNTIL_INPUT_ENDS = '"$0" "$@" & server=$!; cat >/dev/null; kill -QUIT $server; wait $server';

export interface PostgresServer {
  readonly url: string;
  /** Kills it at once, as a crash would. */
  kill(): Promise<void>;
  /** Starts it again over the same files, on the same port. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** A server of its own, over files of its own, on a port of the system’s choice. @param more settings, `name=value` */
export async function startPostgres(more: readonly string[] = []): Promise<PostgresServer> {
  const programs = postgresPrograms();
  if (programs === undefined) throw new Error('PostgreSQL is not installed');
  const directory = await mkdtemp(join(tmpdir(), 'tollgate-postgres-'));
  const as = unprivileged();
  if (as.uid !== undefined) chownSync(directory, as.uid, as.gid ?? as.uid);
  const data = join(directory, 'data');
  execFileSync(
    join(programs, 'initdb'),
    ['--pgdata', data, '--auth=trust', '--username=tollgate', '--encoding=UTF8', '--locale=C'],
    { ...as, cwd: directory, stdio: 'pipe' },
  );
  const port = await freePort();
  const url = `postgres://tollgate@127.0.0.1:${port}/postgres`;
  const begin = async () => {
    const settings = [
      'unix_socket_directories=',
      'max_connections=400',
      'listen_addresses=127.0.0.1',
      ...more,
    ].flatMap((setting) => ['-c', setting]);
    const server = spawn(
      'sh',
      ['-c', UNTIL_INPUT_ENDS, join(programs, 'postgres'), '-D', data, '-p', String(port), ...settings],
      { ...as, cwd: directory, stdio: ['pipe', 'ignore', 'ignore'] },
    );
    await untilItAnswers(url);
    return server;
  };
  let server = await begin();
  const end = async () => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.stdin.end();
    await once(server, 'exit');
  };
  return {
    url,
    kill: end,
    start: async () => {
      server = await begin();
    },
    stop: async () => {
      await end();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Of the server that all tests of a run share: made by the run's set-up, and empty for each who asks. */
export async function freshDatabase(): Promise<string> {
  const server = process.env[SERVER];
  if (server === undefined) throw new Error('No PostgreSQL server was started for these tests.');
  const name = `t_${randomUUID().replaceAll('-', '')}`;
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

/** Whether this test keeps the control state in PostgreSQL. */
export const overPostgres = (): boolean => process.env['TOLLGATE_TEST_STATE'] === 'postgres';

/** Whether a text is anywhere in the files of a database's tables, as they are on disk. */
export async function isInFiles(database_url: string, text: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: database_url });
  await client.connect();
  await client.query('checkpoint');
  const { rows } = await client.query(
    `select relname from pg_class
     where relkind in ('r', 't') and pg_relation_filepath(oid) is not null
       and position(convert_to($1, 'UTF8') in pg_read_binary_file(pg_relation_filepath(oid))) > 0`,
    [text],
  );
  await client.end();
  return rows.length > 0;
}

/** For a test run that keeps the control state in PostgreSQL. */
export async function setup(): Promise<() => Promise<void>> {
  const server = await startPostgres();
  process.env[SERVER] = server.url;
  return server.stop;
}

async function untilItAnswers(url: string): Promise<void> {
  for (const end = Date.now() + 30_000; ; await sleep(50)) {
    const client = new pg.Client({ connectionString: url });
    const answers = await client.connect().then(
      () => true,
      () => false,
    );
    await client.end().catch(() => undefined);
    if (answers) return;
    if (Date.now() > end) throw new Error('PostgreSQL did not start within half a minute');
  }
}

/** PostgreSQL does not run as root: the user that its package makes, then, or nobody. */
function unprivileged(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  for (const user of ['postgres', 'nobody']) {
    const id = (flag: string) => spawnSync('id', [flag, user], { encoding: 'utf8' });
    if (id('-u').status === 0) return { uid: Number(id('-u').stdout), gid: Number(id('-g').stdout) };
  }
  throw new Error('There is no user whom PostgreSQL could run as.');
}
