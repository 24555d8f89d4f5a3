import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningStore, startWithClickHouse } from '../support/clickhouse.ts';
import { metric, post } from '../support/running.ts';
import * as wire from '../support/wire.ts';

let running: RunningStore;
let url: string;
beforeAll(async () => {
  running = await startWithClickHouse();
  url = running.listening.url;
});
afterAll(() => running.stop());

const batch = (name: string, spans: number) =>
  wire.request(
    Array.from({ length: spans }, () =>
      wire.span(name, wire.len(1, randomBytes(16)), wire.len(2, randomBytes(8))),
    ),
  );

/** Sends as an OTLP client does: again and again while it is told to. Returns every status it saw. */
async function deliver(body: Buffer): Promise<number[]> {
  const seen: number[] = [];
  for (;;) {
    const { status, headers } = await post(url, body);
    seen.push(status);
    if (status !== 503 && status !== 429) return seen;
    expect(headers.get('retry-after')).toMatch(/^\d+$/);
    await sleep(100);
  }
}

const stored = async (name: string) => {
  const [row] = await running.rows<{ n: string }>(
    'SELECT count() AS n FROM spans WHERE name = {name:String}',
    { name },
  );
  return Number(row?.n);
};

test('the engine killed under load: all is refused or stored, and in the end stored once', async () => {
  const bodies = Array.from({ length: 16 }, () => batch('killed', 50));
  const deliveries = bodies.map(async (body, index) => {
    await sleep(index * 40);
    return deliver(body);
  });
  await sleep(200);
  const pid = running.clickhouse.pid();
  if (pid === undefined) throw new Error('no engine');
  process.kill(pid, 'SIGKILL');
  const statuses = await Promise.all(deliveries);
  expect(statuses.flat().filter((status) => status === 503).length).toBeGreaterThan(0);
  expect(statuses.map((seen) => seen.at(-1))).toEqual(bodies.map(() => 200));
  expect(await stored('killed')).toBe(16 * 50);
  expect(await metric(running.collector, 'tollgate_collector_spans_accepted_total')).toBe(16 * 50);
});

test('the engine stalled: readiness tells, nothing is acknowledged, and what waits is stored once', async () => {
  const pid = running.clickhouse.pid();
  if (pid === undefined) throw new Error('no engine');
  process.kill(pid, 'SIGSTOP');
  const waiting = deliver(batch('stalled', 10));
  await sleep(300);
  expect(await metric(running.collector, 'tollgate_collector_in_flight_bytes')).toBeGreaterThan(0);
  process.kill(pid, 'SIGCONT');
  expect((await waiting).at(-1)).toBe(200);
  expect(await stored('stalled')).toBe(10);
});

test('readiness follows the engine', async () => {
  await expect.poll(async () => (await fetch(`${url}/readyz`)).status).toBe(200);
  const pid = running.clickhouse.pid();
  if (pid === undefined) throw new Error('no engine');
  process.kill(pid, 'SIGKILL');
  await expect.poll(async () => (await fetch(`${url}/readyz`)).status, { interval: 5 }).toBe(503);
  await expect.poll(async () => (await fetch(`${url}/readyz`)).status, { timeout: 10_000 }).toBe(200);
});
