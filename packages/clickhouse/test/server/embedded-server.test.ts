import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ClickHouse,
  openClickHouse,
  type ServerEvent,
  StoreError,
  startEmbeddedServer,
} from '../../src/index.ts';
import { count, land, row } from '../support/landing.ts';

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Waits for what has to come, however slow the machine; the test's own limit is the only one. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(50);
}

describe('the embedded server', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-server-'));
  const events: ServerEvent[] = [];
  let store: ClickHouse;
  beforeAll(async () => {
    store = await openClickHouse({ directory, log: (event) => events.push(event) });
  });
  afterAll(async () => {
    await store.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const answers = () =>
    store.clients.reader
      .ping({ select: true, abort_signal: AbortSignal.timeout(3000) })
      .then(({ success }) => success);
  const enginePid = (): number => {
    const pid = store.pid();
    if (pid === undefined) throw new Error('the engine has no process');
    return pid;
  };

  it('keeps every acknowledged row when its process is killed, and is running again', async () => {
    const killed = enginePid();
    for (let batch = 0; batch < 5; batch += 1) await land(store, [row(), row()]);
    process.kill(killed, 'SIGKILL');
    await until(async () => store.pid() !== killed && (await answers()));
    expect(await count(store.clients.reader, 'SELECT count() FROM spans')).toBe(10);
    expect(events).toContainEqual(expect.objectContaining({ kind: 'ended', why: 'died' }));
  });

  it('is started again when a local user makes it stop listening', async () => {
    const deaf = enginePid();
    // The answer may get lost with the listener.
    const stop = { method: 'POST', body: 'SYSTEM STOP LISTEN HTTP', signal: AbortSignal.timeout(5000) };
    await fetch(`${store.url}/?user=default`, stop).catch(() => undefined);
    await until(async () => store.pid() !== deaf && (await answers()));
    expect(isAlive(deaf)).toBe(false);
    // The engine before was killed; where the listener went before the supervisor had seen it up, this one never started.
    const last = events.filter((event) => event.kind === 'ended').at(-1);
    expect(['not_answering', 'not_starting']).toContain(last?.why);
  }, 90_000);

  it('is one for a directory: a second start names the process that has it', async () => {
    const second = await startEmbeddedServer({ directory }).catch((error: unknown) => error);
    expect(second).toBeInstanceOf(StoreError);
    expect(second).toMatchObject({
      code: 'directory_locked',
      message: expect.stringContaining(`process ${process.pid} `),
    });
    expect(await answers()).toBe(true);
  });

  it('listens on loopback alone, keeps no system logs and shows its passwords to its owner alone', async () => {
    expect(new URL(store.url).hostname).toBe('127.0.0.1');
    expect(statSync(join(directory, 'credentials.json')).mode & 0o777).toBe(0o600);
    expect(statSync(join(directory, 'users.xml')).mode & 0o777).toBe(0o600);
    const logs = `SELECT count() FROM system.tables WHERE database = 'system' AND name LIKE '%_log'`;
    expect(await count(store.clients.owner, logs)).toBe(0);
    const listening = readFileSync('/proc/net/tcp', 'utf8')
      .split('\n')
      .filter((line) =>
        line.includes(`:${Number(new URL(store.url).port).toString(16).toUpperCase().padStart(4, '0')} `),
      )
      .filter((line) => / 0A /.test(line));
    expect(listening.map((line) => line.trim().split(/\s+/)[1]?.split(':')[0])).toEqual(['0100007F']);
  });

  it('ends with its parent, also when that is killed, and leaves the directory to the next', async () => {
    const other = mkdtempSync(join(tmpdir(), 'tollgate-orphan-'));
    const parent = spawn(
      process.execPath,
      [
        '--conditions=tollgate-source',
        fileURLToPath(new URL('../support/parent.ts', import.meta.url)),
        other,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let said = '';
    parent.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    await until(() => said.includes('\n'));
    const orphan = Number(said.trim());
    expect(isAlive(orphan)).toBe(true);
    parent.kill('SIGKILL');
    await until(() => !isAlive(orphan));
    const next = await startEmbeddedServer({ directory: other });
    await next.stop();
    await next.stop();
    rmSync(other, { recursive: true, force: true });
  });
});
