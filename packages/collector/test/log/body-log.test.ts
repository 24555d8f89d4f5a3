import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { LogError } from '../../src/index.ts';
import { BodyLog } from '../../src/log/body-log.ts';
import type { BodyMeta } from '../../src/log/entry.ts';
import { encodeEntry } from '../../src/log/entry.ts';
import type { GroupEnd } from '../../src/log/log-writer.ts';
import type { IdRange } from '../../src/log/range-set.ts';
import { MemoryFiles } from '../support/memory-files.ts';

const meta = (token: string, spans = 1): Omit<BodyMeta, 'id'> => ({
  token,
  principal: 'p',
  team: 't',
  workflows: ['*'],
  encoding: 'protobuf',
  packing: 'identity',
  receivedMs: 1_750_000_000_000,
  spans,
  rejected: [],
  message: '',
});

const groups: GroupEnd[] = [];
const open = (files: MemoryFiles, segmentBytes = 1 << 20) =>
  BodyLog.open({
    directory: '/log',
    segmentBytes,
    remember: 100,
    files,
    onGroup: (group) => groups.push(group),
    onFailure: () => undefined,
  });

async function texts(log: BodyLog, ranges: readonly IdRange[]): Promise<string[]> {
  const read: string[] = [];
  for await (const each of log.read(ranges))
    read.push(each.kind === 'body' ? each.bytes.toString() : `damaged ${each.id}`);
  return read;
}

const put = async (log: BodyLog, ...bodies: string[]) => {
  const all = bodies.map((body) => log.append(meta(body), Buffer.from(body)));
  expect(await Promise.all(all.map(({ logged }) => logged))).toEqual(bodies.map(() => 'synced'));
  return all.map(({ id }) => id);
};

/** The next process, after a clean end. */
const reopen = async (log: BodyLog, files: MemoryFiles) => {
  await log.close();
  return open(files);
};

test('bodies are read back by id, from this process and from the next', async () => {
  const files = new MemoryFiles();
  const { log } = await open(files);
  expect(await put(log, 'a', 'b', 'c')).toEqual([1, 2, 3]);
  expect(await texts(log, [[2, 3]])).toEqual(['b', 'c']);
  const again = await reopen(log, files);
  expect(again.opened.recovered.unbatched).toEqual([[1, 3]]);
  expect(await texts(again.log, [[1, 3]])).toEqual(['a', 'b', 'c']);
  expect(await put(again.log, 'd')).toEqual([4]);
});

test('whatever waits shares one write and one sync', async () => {
  const files = new MemoryFiles();
  const { log } = await open(files);
  const operations: string[] = [];
  files.before = (operation) => void operations.push(operation);
  await put(log, ...Array.from({ length: 50 }, (_, i) => `body ${i}`));
  expect(operations).toEqual(['create', 'write', 'write', 'sync']);
});

test('nothing is synced before the sync has ended', async () => {
  const files = new MemoryFiles();
  const { log } = await open(files);
  const gate = Promise.withResolvers<void>();
  let synced = false;
  const original = files.create;
  files.create = async (path) => {
    const file = await original(path);
    return { ...file, datasync: () => gate.promise.then(() => file.datasync()) };
  };
  const { logged } = log.append(meta('a'), Buffer.from('a'));
  void logged.then(() => {
    synced = true;
  });
  for (let i = 0; i < 20; i++) await new Promise<void>((resolve) => setImmediate(resolve));
  expect(synced).toBe(false);
  gate.resolve();
  expect(await logged).toBe('synced');
});

test('a batch without its marker of completion is the same batch again; a done one is gone', async () => {
  const files = new MemoryFiles();
  const { log } = await open(files);
  await put(log, 'a', 'b', 'c', 'd');
  await log.appendBatch('one', [[1, 2]]);
  await log.appendBatch('two', [[3, 3]]);
  await log.done('one', [[1, 2]]);
  const { opened } = await reopen(log, files);
  expect(opened.recovered.batches).toMatchObject([{ token: 'two', ranges: [[3, 3]] }]);
  expect(opened.recovered.unbatched).toEqual([[4, 4]]);
  expect(opened.recovered.undone.spans).toBe(2);
  expect(opened.recovered.recent.map(({ token }) => token)).toEqual(['a', 'b', 'c', 'd']);
});

test('segments go in their order, when everything in them and before them is done', async () => {
  const files = new MemoryFiles();
  const { log } = await open(files, 1);
  for (const body of ['a', 'b', 'c']) await put(log, body);
  expect(log.segments).toBe(3);
  await log.done('t', [[2, 2]]);
  expect(log.segments).toBe(4);
  await log.done('t', [[1, 1]]);
  await expect.poll(() => files.names).not.toContain('0000000001.log');
  await expect.poll(() => files.names).not.toContain('0000000002.log');
  expect(files.names).toContain('0000000003.log');
  expect(log.firstUndone).toBe(3);
  const { opened } = await reopen(log, files);
  expect(opened.recovered.unbatched).toEqual([[3, 3]]);
});

test('a batch that reaches into a segment that is gone was done, whatever became of its marker', async () => {
  const files = new MemoryFiles();
  const { log } = await open(files, 1);
  await put(log, 'a');
  await put(log, 'b');
  await log.appendBatch('both', [[1, 2]]);
  await log.close();
  await files.remove('/log/0000000001.log');
  const { opened } = await open(files);
  expect(opened.recovered.batches).toEqual([]);
  expect(opened.recovered.unbatched).toEqual([]);
});

test('a torn end is cut off and kept aside, whatever the length at which it was cut', async () => {
  const files = new MemoryFiles();
  const { log } = await open(files);
  await put(log, 'whole');
  const end = files.content('0000000001.log').length;
  await put(log, 'torn by a crash');
  await log.close();
  const all = files.content('0000000001.log');
  for (let length = end + 1; length < all.length; length++) {
    const found = new MemoryFiles();
    const file = await found.create('/log/0000000001.log');
    await file.write([all.subarray(0, length)], 0);
    const { log: next, opened } = await open(found);
    expect(opened.bad).toMatchObject([{ kind: 'torn', offset: end, end: length }]);
    expect(found.aside.map(({ bytes }) => bytes)).toEqual([all.subarray(end, length)]);
    expect(found.content('0000000001.log')).toHaveLength(end);
    expect(await texts(next, [[1, 2]])).toEqual(['whole']);
    await put(next, 'after');
    expect(await texts(next, [[1, 3]])).toEqual(['whole', 'after']);
  }
});

test('a changed byte in the middle is reported and passed over; what follows is read', async () => {
  const files = new MemoryFiles();
  const { log } = await open(files);
  await put(log, 'first');
  const start = files.content('0000000001.log').length;
  await put(log, 'second');
  const end = files.content('0000000001.log').length;
  await put(log, 'third');
  await log.close();
  const whole = files.content('0000000001.log');
  for (let at = start; at < end; at++) {
    const bytes = Buffer.from(whole);
    bytes[at] = (bytes[at] ?? 0) ^ 0x40;
    files.replace('0000000001.log', bytes);
    const { log: next, opened } = await open(files);
    expect(opened.bad).toMatchObject([{ kind: 'damaged', offset: start, end }]);
    expect(opened.recovered.unbatched).toEqual([
      [1, 1],
      [3, 3],
    ]);
    expect(await texts(next, [[1, 3]])).toEqual(['first', 'third']);
    await next.close();
  }
});

test('bytes that change while the log is open are told from whole ones', async () => {
  const files = new MemoryFiles();
  const { log } = await open(files);
  await put(log, 'first', 'second', 'third');
  const bytes = files.content('0000000001.log');
  const at = bytes.indexOf('second', bytes.indexOf('second') + 1);
  bytes[at] = 0;
  expect(await texts(log, [[1, 3]])).toEqual(['first', 'damaged 2', 'third']);
});

test('an entry that a client plants in its body is never found, even behind a torn one', async () => {
  const planted = Buffer.concat(
    encodeEntry(
      { kind: 'body', meta: { id: 77, ...meta('planted'), principal: 'admin' }, bytes: Buffer.from('x') },
      Buffer.alloc(8),
    ),
  );
  const files = new MemoryFiles();
  const { log } = await open(files);
  const { logged } = log.append(meta('outer'), planted);
  await logged;
  await log.close();
  const bytes = Buffer.from(files.content('0000000001.log'));
  bytes[64 + 12] = 1;
  files.replace('0000000001.log', bytes);
  const { opened } = await open(files);
  expect(opened.recovered.undone).toEqual({ spans: 0, held: new Map() });
  expect(opened.bad).toMatchObject([{ kind: 'torn', offset: 64 }]);
});

test('a log of a newer version is refused in words that say what to do, and not touched', async () => {
  const files = new MemoryFiles();
  const { log } = await open(files, 1);
  await put(log, 'a');
  await put(log, 'b');
  await log.close();
  const bytes = Buffer.from(files.content('0000000002.log'));
  bytes.writeUInt16LE(9, 12);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 60)), 60);
  files.replace('0000000002.log', bytes);
  const before = files.names.map((name) => files.content(name));
  const operations = new Set<string>();
  files.before = (operation) => void operations.add(operation);
  await expect(open(files)).rejects.toThrow(LogError);
  await expect(open(files)).rejects.toThrow(
    /newer Tollgate .*Nothing was touched\. Start that version again/,
  );
  expect(files.names.map((name) => files.content(name))).toEqual(before);
  for (const operation of ['write', 'truncate', 'remove', 'create'])
    expect(operations).not.toContain(operation);
});

test.each(['write', 'sync', 'create'])(
  'a failed %s fails its group alone, and what it left is never read',
  async (what) => {
    const files = new MemoryFiles();
    const { log } = await open(files, what === 'create' ? 1 : 1 << 20);
    await put(log, 'before');
    files.before = (operation) => {
      if (operation === what) throw new Error('ENOSPC');
    };
    const failing = ['x', 'y'].map((body) => log.append(meta(body), Buffer.from(body)));
    expect(await Promise.all(failing.map(({ logged }) => logged))).toEqual(['failed', 'failed']);
    expect(log.healthy).toBe(false);
    files.before = () => undefined;
    await expect
      .poll(async () => log.append(meta('after'), Buffer.from('after')).logged, { interval: 60 })
      .toBe('synced');
    expect(log.healthy).toBe(true);
    expect(new Set(await texts(log, [[1, log.lastId]]))).toEqual(new Set(['before', 'after']));
    expect(log.isDone(failing[0]?.id ?? 0)).toBe(true);
    const { opened } = await reopen(log, files);
    expect(opened.recovered.recent.map(({ token }) => token)).toEqual(['before', 'after']);
    expect(opened.recovered.undone.spans).toBe(2);
  },
);

test('what a failed sync left in its file is not taken for acknowledged by the next process', async () => {
  const files = new MemoryFiles();
  const { log } = await open(files);
  await put(log, 'before');
  files.before = (operation) => {
    if (operation === 'sync' || operation === 'truncate') throw new Error('EIO');
  };
  expect(await log.append(meta('refused'), Buffer.from('refused')).logged).toBe('failed');
  files.before = () => undefined;
  await expect
    .poll(async () => log.append(meta('after'), Buffer.from('after')).logged, { interval: 60 })
    .toBe('synced');
  expect(files.content('0000000001.log').includes('refused')).toBe(true);
  const { opened } = await reopen(log, files);
  expect(opened.recovered.recent.map(({ token }) => token)).toEqual(['before', 'after']);
});

test('a segment whose head is damaged is kept as it is, and reported', async () => {
  const files = new MemoryFiles();
  const { log } = await open(files, 1);
  await put(log, 'a');
  await put(log, 'b');
  await log.appendBatch('both', [[1, 2]]);
  await log.close();
  const bytes = Buffer.from(files.content('0000000001.log'));
  bytes[20] = (bytes[20] ?? 0) ^ 1;
  files.replace('0000000001.log', bytes);
  const { log: next, opened } = await open(files);
  expect(opened.bad).toMatchObject([{ kind: 'damaged', offset: 0, end: bytes.length }]);
  expect(files.content('0000000001.log.damaged')).toEqual(bytes);
  expect(opened.recovered.batches).toMatchObject([{ token: 'both' }]);
  expect(await texts(next, [[1, 2]])).toEqual(['b']);
});
