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
      wire.span(
        name,
        wire.len(1, randomBytes(16)),
        wire.len(2, randomBytes(8)),
        wire.attribute(9, 'gen_ai.input.messages', wire.text('content')),
      ),
    ),
  );

const stored = async (name: string) => {
  const [row] = await running.rows<{ n: string }>(
    'SELECT count() AS n FROM spans WHERE name = {name:String}',
    { name },
  );
  return Number(row?.n);
};

const engine = () => {
  const pid = running.clickhouse.pid();
  if (pid === undefined) throw new Error('no engine');
  return pid;
};

const readyz = async () => {
  const response = await fetch(`${url}/readyz`);
  return { status: response.status, text: await response.text() };
};

const inLog = () => metric(running.collector, 'tollgate_collector_log_spans');

test('the engine killed under load: everything is accepted all the while, and in the end stored once', async () => {
  const bodies = Array.from({ length: 16 }, () => batch('killed', 50));
  const answers = bodies.map(async (body, index) => {
    await sleep(index * 40);
    return (await post(url, body)).status;
  });
  await sleep(200);
  process.kill(engine(), 'SIGKILL');
  expect(await Promise.all(answers)).toEqual(bodies.map(() => 200));
  expect(await running.collector.flush()).toEqual({ kind: 'stored' });
  expect(await stored('killed')).toBe(16 * 50);
  expect(await metric(running.collector, 'tollgate_collector_spans_accepted_total')).toBe(16 * 50);
});

test('the engine stalled: spans are acknowledged and wait in the log, then are stored once', async () => {
  const pid = engine();
  process.kill(pid, 'SIGSTOP');
  const statuses = [];
  for (let i = 0; i < 5; i++) statuses.push((await post(url, batch('stalled', 10))).status);
  expect(statuses).toEqual(Array(5).fill(200));
  expect(await inLog()).toBe(50);
  process.kill(pid, 'SIGCONT');
  expect(await running.collector.flush()).toEqual({ kind: 'stored' });
  expect(await inLog()).toBe(0);
  expect(await stored('stalled')).toBe(50);
});

test('readiness: the log takes spans while the engine is away, and says so', async () => {
  await expect.poll(async () => (await readyz()).text).toMatch(/^ready\n0 spans wait in the log/);
  process.kill(engine(), 'SIGKILL');
  await expect
    .poll(async () => (await readyz()).text, { interval: 5 })
    .toMatch(/^ready\ndegraded: storage is not available; 0 spans wait/);
  expect((await readyz()).status).toBe(200);
  await expect.poll(async () => (await readyz()).text, { timeout: 10_000 }).toMatch(/^ready\n0 spans/);
});

const owner = (query: string) => running.clickhouse.clients.owner.command({ query });

test.each([
  ['the landing table is away', 'DETACH TABLE otlp_spans', 'ATTACH TABLE otlp_spans'],
  [
    // Views before this one have taken the rows by then.
    'a table behind the landing table refuses all rows',
    'ALTER TABLE span_content ADD CONSTRAINT closed CHECK 0',
    'ALTER TABLE span_content DROP CONSTRAINT closed',
  ],
])('%s: spans wait in the log, and are stored once it is mended', async (what, harm, mend) => {
  await owner(harm);
  for (let i = 0; i < 3; i++) expect((await post(url, batch(what, 10))).status).toBe(200);
  expect(await running.collector.flush(1000)).toEqual({ kind: 'waiting', spans: 30 });
  await owner(mend);
  expect(await running.collector.flush()).toEqual({ kind: 'stored' });
  expect(await stored(what)).toBe(30);
  const [raw] = await running.rows<{ n: string }>(
    'SELECT count() AS n FROM spans WHERE name = {what:String} SETTINGS final = 0',
    { what },
  );
  expect(raw).toEqual({ n: '30' });
  expect(await metric(running.collector, 'tollgate_collector_spans_quarantined_total')).toBe(0);
});
