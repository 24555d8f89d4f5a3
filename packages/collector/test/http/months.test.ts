import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type Collector, createCollector } from '../../src/index.ts';
import { MemoryStore } from '../support/memory-store.ts';
import { KEYS, metric, post, verifyKey } from '../support/running.ts';
import { fixed64, request, span } from '../support/wire.ts';

const after: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const undo of after.splice(0).reverse()) await undo();
});

/** One span in each of some months, the latest of them in May 2025. */
let serial = 0;
const scattered = (months: number): Buffer =>
  request(
    Array.from({ length: months }, (_, i) => {
      const time = BigInt(Date.UTC(2025, 4 - i, 15)) * 1_000_000n;
      return span(`months ${serial++}`, fixed64(7, time), fixed64(8, time));
    }),
  );

async function begin(withLog: boolean) {
  const store = new MemoryStore();
  const directory = withLog ? await mkdtemp(join(tmpdir(), 'tollgate-months-')) : undefined;
  if (directory) after.push(() => rm(directory, { recursive: true, force: true }));
  const { insert, quarantine } = store;
  // A month each thousand seconds: nothing comes back while the test runs.
  const limits = { monthsPerSecond: 0.001, monthsAtOnce: 24, retryAfterSeconds: 3 };
  const collector: Collector = createCollector({ insert, quarantine, verifyKey, directory, limits });
  after.push(() => collector.close());
  return { store, collector, url: (await collector.listen(0)).url };
}

test.each([
  ['with a log', true],
  ['without one', false],
])('a key whose spans lie in too many months is told to wait, and nobody else is, %s', async (_, withLog) => {
  const { store, collector, url } = await begin(withLog);
  const other = { authorization: `Bearer ${KEYS.triage}` };
  expect((await post(url, scattered(100))).status).toBe(200);
  await collector.flush();
  const body = scattered(100);
  const refused = await post(url, body);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '3']);
  expect(refused.bytes.toString()).toContain('too many different months');
  // Two months are always taken, and so is anything of another key.
  expect((await post(url, scattered(2))).status).toBe(200);
  await collector.flush();
  expect((await post(url, scattered(60), other)).status).toBe(200);
  expect(await collector.flush()).toEqual({ kind: 'stored' });
  expect(store.rows).toHaveLength(162);
  expect(await metric(collector, 'tollgate_collector_spans_accepted_total')).toBe(162);
  expect(await metric(collector, 'tollgate_collector_requests_refused_total')).toBe(1);
});

test('a block that has the months already takes more of them from anybody', async () => {
  const { store, collector, url } = await begin(true);
  const gate = Promise.withResolvers<void>();
  store.gate = gate.promise;
  // The first body is inserted alone, and what comes meanwhile is gathered.
  expect((await post(url, scattered(1))).status).toBe(200);
  await expect.poll(() => store.inserts.length).toBe(1);
  for (let i = 0; i < 3; i++) expect((await post(url, scattered(100))).status).toBe(200);
  gate.resolve();
  expect(await collector.flush()).toEqual({ kind: 'stored' });
  expect(store.rows).toHaveLength(301);
});
