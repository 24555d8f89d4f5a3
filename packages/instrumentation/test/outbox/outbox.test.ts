import { mkdir, mkdtemp, readdir, rename, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Delivery } from '../../src/outbox/delivery.ts';
import { Outbox, type OutboxOptions } from '../../src/outbox/outbox.ts';
import { ownedName, thisProcess } from '../../src/outbox/ownership.ts';
import { FaultyDisk } from '../support/faulty-disk.ts';

const RUN = '01890000-0000-7000-8000-000000000001';
const MiB = 1024 * 1024;
let directory: string;
let received: string[];
let problems: string[];
let lost: number;
let answer: (body: string) => Delivery;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tollgate-outbox-'));
  received = [];
  problems = [];
  lost = 0;
  answer = () => ({ kind: 'accepted', rejectedSpans: 0, why: '' });
});
afterEach(() => rm(directory, { recursive: true, force: true }));

function open(options: Partial<OutboxOptions> = {}): Promise<Outbox> {
  return Outbox.open({
    directory,
    maxBytes: MiB,
    deliver: async (body) => {
      const text = Buffer.from(body).toString();
      const delivery = answer(text);
      if (delivery.kind === 'accepted') received.push(...text.split('\n').filter((line) => line !== ''));
      return delivery;
    },
    onProblem: (message) => problems.push(message),
    onLost: ({ count }) => {
      lost += count;
    },
    ...options,
  });
}

function frame(name: string, bytes = 0) {
  return { runId: RUN, payload: Buffer.from(`${name.padEnd(bytes, '.')}\n`) };
}

const down: Delivery = { kind: 'retryable', afterMs: undefined, why: 'down' };

test('delivers everything in order, and leaves nothing behind', async () => {
  const outbox = await open();
  for (let index = 0; index < 50; index++)
    outbox.append(frame(`r${index}`), { durable: index % 3 === 0, reserve: false });
  await outbox.flush(5000);
  expect(received).toEqual(Array.from({ length: 50 }, (_, index) => `r${index}`));
  expect(await outbox.close(5000)).toEqual({ unsentFrames: 0, unsentBytes: 0, rejectedFrames: 0 });
  expect(await readdir(directory)).toEqual([]);
});

test('calls that start together share one sync', async () => {
  let syncs = 0;
  const disk = new FaultyDisk();
  disk.fails = (operation) => {
    if (operation === 'sync') syncs += 1;
    return false;
  };
  const outbox = await open({ openSegment: disk.openSegment });
  const waits = Array.from({ length: 64 }, (_, index) =>
    outbox.append(frame(`r${index}`), { durable: true, reserve: false }),
  );
  for (const wait of waits) expect(wait.kind === 'accepted' && (await wait.committed)).toBe('written');
  expect(syncs).toBeLessThan(8);
  await outbox.close(5000);
});

test('what is synced is so together with all that was written before it, in whichever segment', async () => {
  answer = () => down;
  const disk = new FaultyDisk();
  const outbox = await open({ openSegment: disk.openSegment });
  const write = async (name: string, durable: boolean) => {
    const appended = outbox.append(frame(name, 100_000), { durable, reserve: false });
    expect(appended.kind === 'accepted' && (await appended.committed)).toBe('written');
  };
  await write('outcome', false);
  await write('intent', true);
  expect(disk.syncedText()).toMatch(/outcome[.]+\n.*intent/s);
  await outbox.close(50);
});

test('a collector that is away is asked again, in order, for as long as it takes', async () => {
  let asked = 0;
  answer = () =>
    ++asked < 3
      ? { kind: 'retryable', afterMs: 1, why: '503' }
      : { kind: 'accepted', rejectedSpans: 0, why: '' };
  const outbox = await open();
  outbox.append(frame('one'), { durable: true, reserve: false });
  outbox.append(frame('two'), { durable: true, reserve: false });
  await outbox.flush(5000);
  expect(received).toEqual(['one', 'two']);
  expect(asked).toBe(3);
  expect(problems.length).toBe(1);
  await outbox.close(1000);
});

test('what was not sent at shutdown is reported, and sent by the next outbox, once', async () => {
  answer = () => down;
  const first = await open();
  for (const name of ['a', 'b', 'c']) first.append(frame(name), { durable: false, reserve: false });
  const report = await first.close(100);
  expect(report.unsentFrames).toBe(3);
  expect(await first.close(100)).toEqual(report);
  answer = () => ({ kind: 'accepted', rejectedSpans: 0, why: '' });
  const [second, third] = await Promise.all([open(), open()]);
  await Promise.all([second.flush(5000), third.flush(5000)]);
  expect(received).toEqual(['a', 'b', 'c']);
  await Promise.all([second.close(1000), third.close(1000)]);
  expect(await readdir(directory)).toEqual([]);
});

test('of a process that cannot be asked whether it lives, only what nobody touches any more is taken over', async () => {
  answer = () => down;
  const first = await open();
  first.append(frame('a'), { durable: true, reserve: false });
  await first.close(50);
  const [free = ''] = await readdir(directory);
  const me = thisProcess();
  const elsewhere = ownedName({ ...me, realm: `${me.realm}1` }, free.replace('free~', ''));
  await rename(join(directory, free), join(directory, elsewhere));
  answer = () => ({ kind: 'accepted', rejectedSpans: 0, why: '' });
  const second = await open();
  await second.close(1000);
  expect(received).toEqual([]);
  expect(await readdir(directory)).toEqual([elsewhere]);
  const hourAgo = new Date(Date.now() - 3_600_000);
  await utimes(join(directory, elsewhere), hourAgo, hourAgo);
  const third = await open();
  await third.close(1000);
  expect(received).toEqual(['a']);
  expect(await readdir(directory)).toEqual([]);
});

test('one record that can never be accepted is set aside alone, loudly', async () => {
  answer = (body) =>
    body.includes('poison')
      ? { kind: 'refused', why: '400' }
      : { kind: 'accepted', rejectedSpans: 0, why: '' };
  const outbox = await open();
  for (const name of ['a', 'b', 'poison', 'c', 'd', 'e'])
    outbox.append(frame(name), { durable: false, reserve: false });
  await outbox.flush(5000);
  expect(received).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(lost).toBe(1);
  expect(problems.some((problem) => problem.includes('refused for good'))).toBe(true);
  expect((await readdir(join(directory, 'rejected'))).filter((name) => name.endsWith('.otlp')).length).toBe(
    1,
  );
  expect((await outbox.close(1000)).rejectedFrames).toBe(1);
});

test('bounded: when full it says so, keeps a reserve for refusals, and takes more once there is room', async () => {
  answer = () => down;
  const outbox = await open({ maxBytes: 64 * 1024 });
  let taken = 0;
  while (outbox.append(frame(`r${taken}`, 1000), { durable: false, reserve: false }).kind === 'accepted')
    taken += 1;
  expect(taken).toBeGreaterThan(50);
  expect(outbox.append(frame('refusal', 1000), { durable: false, reserve: true }).kind).toBe('accepted');
  while (outbox.append(frame('refusal', 1000), { durable: false, reserve: true }).kind === 'accepted')
    taken += 1;
  expect(outbox.depth().unsentBytes).toBeLessThanOrEqual(64 * 1024);
  answer = () => ({ kind: 'accepted', rejectedSpans: 0, why: '' });
  await outbox.flush(5000);
  expect(outbox.append(frame('after'), { durable: false, reserve: false }).kind).toBe('accepted');
  await outbox.close(5000);
  expect(received.length).toBe(taken + 2);
});

test('what is delivered leaves the disk, also where there is no room to say how far delivery has come', async () => {
  answer = () => down;
  const outbox = await open({ maxBytes: MiB });
  const names = Array.from({ length: 8 }, (_, index) => `r${index}`);
  for (const name of names) {
    const appended = outbox.append(frame(name, 100_000), { durable: true, reserve: false });
    expect(appended.kind === 'accepted' && (await appended.committed)).toBe('written');
  }
  const [spool = ''] = await readdir(directory);
  const segments = async () =>
    (await readdir(join(directory, spool))).filter((name) => name.endsWith('.segment'));
  expect((await segments()).length).toBe(names.length);
  await mkdir(join(directory, spool, 'cursor.tmp'));
  answer = () => ({ kind: 'accepted', rejectedSpans: 0, why: '' });
  await outbox.flush(5000);
  expect(received.map((line) => line.replaceAll('.', ''))).toEqual(names);
  expect((await segments()).length).toBe(1);
  await outbox.close(1000);
});

test('while the disk takes nothing, tries leave nothing behind', async () => {
  const disk = new FaultyDisk();
  let tries = 0;
  disk.fails = (operation) => operation === 'write' && ++tries > 0;
  const outbox = await open({ openSegment: disk.openSegment });
  const appended = outbox.append(frame('one', 1000), { durable: true, reserve: false });
  expect(appended.kind === 'accepted' && (await appended.committed)).toBe('unavailable');
  while (tries < 3) await new Promise((resolve) => setTimeout(resolve, 50));
  const names = (await readdir(directory, { recursive: true })).filter((name) => name.endsWith('.segment'));
  expect(names.length).toBeLessThanOrEqual(1);
  disk.fails = () => false;
  await outbox.flush(5000);
  expect(received.map((line) => line.replaceAll('.', ''))).toEqual(['one']);
  await outbox.close(1000);
});

test('whatever the disk does: "written" means it arrives, in order, and never because of a failed sync', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('ok', 'open', 'write', 'sync'), { maxLength: 6 }),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }),
      async (faults, durables) => {
        received = [];
        const disk = new FaultyDisk();
        const pending = [...faults];
        disk.fails = (operation) => {
          if (pending[0] !== operation) return false;
          pending.shift();
          return true;
        };
        const outbox = await open({ openSegment: disk.openSegment });
        const told: string[] = [];
        for (const [index, durable] of durables.entries()) {
          const name = `r${index}`;
          const appended = outbox.append(frame(name), { durable, reserve: false });
          if (appended.kind === 'full') throw new Error('full');
          void appended.committed.then((committed) => {
            if (committed !== 'written') return;
            told.push(name);
            if (durable) expect(disk.syncedText()).toContain(`${name}\n`);
          });
          if (index % 3 === 0) await appended.committed;
          if (pending[0] === 'ok') pending.shift();
        }
        pending.length = 0;
        await outbox.flush(10_000);
        await outbox.close(1000);
        expect(received).toEqual(durables.map((_, index) => `r${index}`));
        expect(told.every((name) => received.includes(name))).toBe(true);
      },
    ),
    { numRuns: 15 },
  );
});
