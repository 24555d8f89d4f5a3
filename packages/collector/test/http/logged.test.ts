import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Collector, type CollectorOptions, createCollector } from '../../src/index.ts';
import { MemoryFiles } from '../support/memory-files.ts';
import { MemoryStore } from '../support/memory-store.ts';
import { KEYS, metric, post, verifyKey } from '../support/running.ts';
import { int, request, span } from '../support/wire.ts';

let directory: string;
let store: MemoryStore;
const collectors: Collector[] = [];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tollgate-logged-'));
  store = new MemoryStore();
});
afterEach(async () => {
  store.fault = () => undefined;
  await Promise.all(collectors.splice(0).map((collector) => collector.close()));
  await rm(directory, { recursive: true, force: true });
});

const create = (options: Partial<CollectorOptions> = {}) => {
  const { insert, quarantine } = store;
  const collector = createCollector({ insert, quarantine, verifyKey, directory, ...options });
  collectors.push(collector);
  return collector;
};
const begin = async (options: Partial<CollectorOptions> = {}) => {
  const collector = create(options);
  return { collector, url: (await collector.listen(0)).url };
};

let serial = 0;
const fresh = () => request([span(`fresh ${serial++}`)]);
const AWAY = { kind: 'unavailable', code: 210, message: 'away' } as const;

/** The sums of one scrape. */
function balanceOf(text: string) {
  const sum = (name: string) =>
    text
      .split('\n')
      .filter(
        (line) =>
          line.startsWith(`tollgate_collector_${name} `) || line.startsWith(`tollgate_collector_${name}{`),
      )
      .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' '))), 0);
  return {
    accepted: sum('spans_accepted_total'),
    others:
      sum('spans_stored_total') +
      sum('spans_duplicate_total') +
      sum('spans_quarantined_total') +
      sum('log_spans'),
  };
}

test('at every scrape under load, what was accepted is stored, known already, quarantined or in the log', async () => {
  const { collector, url } = await begin({ limits: { blockRows: 20 } });
  let ended = false;
  const scrapes: ReturnType<typeof balanceOf>[] = [];
  const scraping = (async () => {
    while (!ended) scrapes.push(balanceOf(await (await fetch(`${url}/metrics`)).text()));
  })();
  const bad = request([span('good'), int(5, 7)]);
  for (let round = 0; round < 40; round++) {
    store.fault = () => (round % 4 === 1 ? AWAY : undefined);
    const body = fresh();
    await Promise.all([body, body, fresh(), bad, fresh(), fresh()].map((each) => post(url, each)));
  }
  store.fault = () => undefined;
  await collector.flush();
  ended = true;
  await scraping;
  for (const { accepted, others } of scrapes) expect(others).toBe(accepted);
  expect(new Set(scrapes.map(({ accepted }) => accepted)).size).toBeGreaterThan(5);
  // 40 rounds: five bodies of one span, one of them twice, and one body of two spans.
  expect(balanceOf(await collector.metrics())).toEqual({ accepted: 40 * 7, others: 40 * 7 });
  expect(store.rows).toHaveLength(40 * 4 + 1);
  expect(store.quarantined).toHaveLength(1);
});

test('zstd is unpacked within the same bounds', async () => {
  const { url } = await begin({ limits: { maxBodyBytes: 100_000 } });
  const zstd = { 'content-encoding': 'zstd' };
  expect((await post(url, zstdCompressSync(fresh()), zstd)).status).toBe(200);
  expect((await post(url, zstdCompressSync(Buffer.alloc(50_000_000)), zstd)).status).toBe(413);
  expect((await post(url, fresh(), zstd)).status).toBe(400);
});

test('a key that is revoked is refused with the next request', async () => {
  let revoked = false;
  const { url } = await begin({ verifyKey: async (key) => (revoked ? undefined : verifyKey(key)) });
  expect((await post(url, fresh())).status).toBe(200);
  revoked = true;
  expect((await post(url, fresh())).status).toBe(401);
});

test('a full log is answered 429 with Retry-After, and readiness says so; then there is room again', async () => {
  store.fault = () => AWAY;
  const { collector, url } = await begin({ limits: { maxLogSpans: 2, retryAfterSeconds: 7 } });
  expect((await post(url, fresh())).status).toBe(200);
  expect((await post(url, fresh())).status).toBe(200);
  const refused = await post(url, fresh());
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '7']);
  const ready = await fetch(`${url}/readyz`);
  expect(ready.status).toBe(503);
  expect(await ready.text()).toMatch(
    /^not ready\nthe log is full; 2 spans wait in the log, the oldest for \d+ s\n$/,
  );
  expect(await collector.metrics()).toContain('requests_refused_total{reason="log_full"} 1');
  store.fault = () => undefined;
  await collector.flush();
  expect((await post(url, fresh())).status).toBe(200);
});

test('a log that cannot be written is answered 503 with Retry-After', async () => {
  const files = new MemoryFiles();
  const { collector, url } = await begin({ files });
  files.before = (operation) => {
    if (operation === 'write') throw new Error('EIO');
  };
  const refused = await post(url, fresh());
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
  expect(await metric(collector, 'tollgate_collector_spans_accepted_total')).toBe(0);
  expect(await metric(collector, 'tollgate_collector_log_healthy')).toBe(0);
  expect((await fetch(`${url}/readyz`)).status).toBe(503);
  files.before = () => undefined;
  // It finds out by itself: a balancer that reads this sends nothing until then.
  await expect.poll(async () => (await fetch(`${url}/readyz`)).status, { timeout: 5000 }).toBe(200);
});

test('two collectors never share a log', async () => {
  await begin();
  const second = create();
  await expect(second.listen(0)).rejects.toMatchObject({ code: 'log_locked' });
});

test('a lock of a process that lives is respected also where it is a file, as it once was; a link of one that is gone is taken', async () => {
  const lock = join(directory, 'lock');
  await writeFile(lock, JSON.stringify({ pid: process.ppid, started: '' }));
  await expect(create().listen(0)).rejects.toMatchObject({ code: 'log_locked' });
  await rm(lock);
  await symlink(JSON.stringify({ pid: 4_194_304, started: '1' }), lock);
  const { url } = await begin();
  expect((await post(url, fresh())).status).toBe(200);
});

test('a log of a newer version keeps a collector from listening, with what to do', async () => {
  const { collector, url } = await begin();
  await post(url, fresh());
  await collector.close();
  const name = (await readdir(directory)).find((each) => each.endsWith('.log')) ?? '';
  const bytes = await readFile(join(directory, name));
  bytes.writeUInt16LE(2, 12);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 60)), 60);
  await writeFile(join(directory, name), bytes);
  await expect(create().listen(0)).rejects.toMatchObject({ code: 'log_newer_version' });
  expect(await readFile(join(directory, name))).toEqual(bytes);
});

test('what storage does not take while closing is stored after the next start, under the same token', async () => {
  store.fault = () => AWAY;
  const first = await begin({ limits: { drainTimeoutMs: 300 } });
  const body = fresh();
  expect((await post(first.url, body)).status).toBe(200);
  await expect.poll(() => store.inserts.length).toBeGreaterThan(0);
  await first.collector.close();
  expect(store.rows).toEqual([]);
  const tokens = new Set(store.inserts);
  store.fault = () => undefined;
  const second = await begin();
  expect((await post(second.url, body)).status).toBe(200);
  expect(await second.collector.flush()).toEqual({ kind: 'stored' });
  expect(store.rows).toHaveLength(1);
  expect(new Set(store.inserts)).toEqual(tokens);
  expect(await metric(second.collector, 'tollgate_collector_spans_recovered_total')).toBe(1);
  expect(await metric(second.collector, 'tollgate_collector_spans_duplicate_total')).toBe(1);
});

test('closing stores what is in the log, and answers who is still sending', async () => {
  const gate = Promise.withResolvers<void>();
  store.gate = gate.promise;
  const { collector, url } = await begin();
  expect((await post(url, fresh())).status).toBe(200);
  const closing = collector.close();
  expect(collector.close()).toBe(closing);
  await expect(post(url, fresh())).rejects.toThrow();
  gate.resolve();
  await closing;
  expect(store.rows).toHaveLength(1);
  expect((await readdir(directory)).includes('lock')).toBe(false);
});

test('one client that floods memory does not keep another from being heard', async () => {
  const gate = Promise.withResolvers<void>();
  store.gate = gate.promise;
  const { url } = await begin({ acknowledge: 'stored', limits: { maxInFlightBytes: 20_000, blockRows: 1 } });
  const large = () => request([span(`${serial++}${'x'.repeat(4000)}`)]);
  const flood = Array.from({ length: 8 }, () => post(url, large()));
  await expect.poll(() => store.inserts.length).toBeGreaterThan(0);
  const other = post(url, fresh(), { authorization: `Bearer ${KEYS.triage}` });
  gate.resolve();
  const statuses = (await Promise.all(flood)).map(({ status }) => status);
  expect(statuses).toContain(200);
  expect(statuses).toContain(429);
  expect((await other).status).toBe(200);
});
