import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Collector, createCollector } from '../../src/index.ts';
import { MemoryStore } from '../support/memory-store.ts';
import { metric, post, verifyKey } from '../support/running.ts';
import { request, span } from '../support/wire.ts';

const RUN = '0198c3a0-1111-7000-8000-0000000000aa';
const OTHER = '0198c3a0-2222-7000-8000-0000000000bb';

let directory: string;
let store: MemoryStore;
let collector: Collector;
let url: string;
const begin = async () => {
  const { insert, quarantine } = store;
  collector = createCollector({ insert, quarantine, verifyKey, directory });
  url = (await collector.listen(0)).url;
};
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tollgate-forget-'));
  store = new MemoryStore();
  await begin();
});
afterEach(async () => {
  store.fault = () => undefined;
  await collector.close();
  await rm(directory, { recursive: true, force: true });
});

const inLog = async (text: string) => {
  const names = (await readdir(directory, { recursive: true })).filter((name) => name.includes('.'));
  const all = await Promise.all(names.map((name) => readFile(join(directory, name))));
  return all.some((bytes) => bytes.includes(text));
};

test('what is stored leaves the log to its last byte, and the log goes on', async () => {
  expect((await post(url, request([span('secret of one')]))).status).toBe(200);
  await collector.flush();
  expect(await inLog('secret of one')).toBe(true);
  expect(await collector.forget([RUN])).toEqual({ left: 0, removed: 0, kept: 0 });
  expect(await inLog('secret of one')).toBe(false);
  expect((await post(url, request([span('after')]))).status).toBe(200);
  await collector.close();
  await begin();
  await collector.flush();
  expect(store.rows.map(({ spanName }) => spanName)).toEqual(['secret of one', 'after']);
});

test('what storage has not taken stays, is said, and goes the next time', async () => {
  store.fault = () => ({ kind: 'unavailable', code: 210, message: 'away' });
  await post(url, request([span('secret of two')]));
  const { left } = await collector.forget([RUN], 200);
  expect(left).toBeGreaterThan(0);
  expect(await inLog('secret of two')).toBe(true);
  store.fault = () => undefined;
  expect(await collector.forget([RUN])).toMatchObject({ left: 0 });
  expect(await inLog('secret of two')).toBe(false);
  expect(await metric(collector, 'tollgate_collector_log_spans')).toBe(0);
});

test('of what was set aside goes what names the run, in whatever form, and what nobody can read', async () => {
  const aside = join(directory, 'set-aside');
  await mkdir(aside, { recursive: true });
  const raw = Buffer.from(RUN.replaceAll('-', ''), 'hex');
  const files: Record<string, Buffer> = {
    '1-text.unstorable': Buffer.from(`{"run":"${RUN}"}`),
    '2-gzip.unstorable': gzipSync(`x${RUN.toUpperCase()}`),
    '3-zstd.unstorable': zstdCompressSync(Buffer.concat([Buffer.from('trace '), raw])),
    '4-cut.unstorable': gzipSync(OTHER.repeat(1000)).subarray(0, 40),
    '5-torn.torn': Buffer.from('anything'),
    '6-other.unstorable': gzipSync(OTHER),
  };
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(aside, name), bytes);
  await writeFile(join(directory, '0000000000.log.damaged'), 'anything');
  expect(await collector.forget([RUN])).toEqual({ left: 0, removed: 6, kept: 1 });
  expect(await readdir(aside)).toEqual(['6-other.unstorable']);
});
