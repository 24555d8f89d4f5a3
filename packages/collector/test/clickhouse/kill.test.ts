import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClickHouse } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { post } from '../support/running.ts';
import * as wire from '../support/wire.ts';

let clickhouse: ClickHouse;
let directory: string;
let current: { readonly child: ChildProcess; readonly url: string };
beforeAll(async () => {
  clickhouse = await startTestClickHouse();
  directory = await mkdtemp(join(tmpdir(), 'tollgate-kill-'));
});
afterAll(async () => {
  current.child.kill('SIGKILL');
  await clickhouse.close();
  await rm(directory, { recursive: true, force: true });
});

const SCRIPT = new URL('../support/collector-child.ts', import.meta.url).pathname;

async function begin(): Promise<typeof current> {
  const { url, credentials } = clickhouse;
  const args = ['--conditions=tollgate-source', SCRIPT, directory, url, credentials.landing.password];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const died = once(child, 'exit').then(() => ['it ended']);
  const [line] = await Promise.race([once(createInterface(child.stdout), 'line'), died]);
  return { child, url: String(line) };
}

const counts = async (final: 0 | 1) => {
  const query = `SELECT name, count() AS n FROM spans GROUP BY name ORDER BY name SETTINGS final = ${final}`;
  const result = await clickhouse.clients.reader.query({ query, format: 'JSONEachRow' });
  return (await result.json<{ name: string; n: string }>()).map(({ name, n }) => [name, Number(n)]);
};

const SPANS = 20;
const bodyOf = (name: string) =>
  wire.request(
    Array.from({ length: SPANS }, () =>
      wire.span(name, wire.len(1, randomBytes(16)), wire.len(2, randomBytes(8))),
    ),
  );

test('kill -9 again and again under load: what was acknowledged is stored, and everything once', async () => {
  current = await begin();
  let ended = false;
  const names: string[] = [];
  /** Sends as an OTLP client does, until it is told that its body was taken, by whichever process answers. */
  const sender = async (id: number) => {
    for (let serial = 0; !ended; serial++) {
      const name = `sender ${id} body ${serial}`;
      names.push(name);
      const body = bodyOf(name);
      for (;;) {
        const answer = await post(current.url, body).catch(() => undefined);
        if (answer?.status === 200) break;
        await sleep(30);
      }
    }
  };
  const senders = Array.from({ length: 8 }, (_, id) => sender(id));
  for (let life = 0; life < 5; life++) {
    await sleep(300 + 250 * Math.random());
    if (life === 2) process.kill(clickhouse.pid() ?? 0, 'SIGKILL');
    const gone = once(current.child, 'exit');
    current.child.kill('SIGKILL');
    await gone;
    current = await begin();
  }
  ended = true;
  await Promise.all(senders);
  const gone = once(current.child, 'exit');
  current.child.kill('SIGTERM');
  expect((await gone)[0]).toBe(0);
  expect(names.length).toBeGreaterThan(20);
  expect(await counts(1)).toEqual(names.toSorted().map((name) => [name, SPANS]));
  // Not only after merges: the tokens alone kept every repetition out.
  expect(await counts(0)).toEqual(names.toSorted().map((name) => [name, SPANS]));
}, 90_000);
