import { appendFile, cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backupsFolder } from '@tollgate/clickhouse';
import { createCollector } from '@tollgate/collector';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { backUp } from '../../src/backup/back-up.ts';
import { logFolder, storeFolder } from '../../src/backup/layout.ts';
import { restore } from '../../src/backup/restore.ts';
import { connectApi } from '../../src/demo/api.ts';
import { fileLogger } from '../../src/system/logger.ts';
import { type System, startSystem } from '../../src/system/start-system.ts';
import { startRunningSystem } from '../support/running-system.ts';
import { tollgate } from '../support/tollgate.ts';
import { type Answered, sendSpan, startWork } from './busy.ts';

const leftovers = (data: string) => backupsFolder(storeFolder(data));

let folder: string;
let backup: string;
let digest: string;
let before: Answered;
let all: Answered;
let tokens: { readonly alice: string; readonly olga: string };
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tollgate-backup-'));
  backup = join(folder, 'backup');
  const running = await startRunningSystem();
  try {
    const work = await startWork(running);
    await vi.waitFor(() => expect(work.answered.granted.length).toBeGreaterThan(20), { timeout: 60_000 });
    await writeFile(join(leftovers(running.directory), 'of-a-killed-one'), 'content');
    before = structuredClone(work.answered);
    digest = await backUp({ data: running.directory, into: backup });
    expect(await readdir(leftovers(running.directory))).toEqual([]);
    await work.stop();
    all = work.answered;
    tokens = work.tokens;
  } finally {
    await running.stop();
  }
  // Otherwise nothing was written while it was taken.
  expect(all.spans.length).toBeGreaterThan(before.spans.length);
  expect(all.granted.length).toBeGreaterThan(before.granted.length);
}, 180_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('what is restored from a backup that was taken under writes', () => {
  let system: System;
  beforeAll(async () => {
    const data = join(folder, 'restored');
    await restore({ from: backup, data, digest });
    system = await startSystem({ directory: data, port: 0, otlpPort: 0, logger: fileLogger(data).logger });
  }, 120_000);
  afterAll(() => system?.stop());

  async function rows<S extends z.ZodType>(shape: S, query: string): Promise<z.output<S>[]> {
    const answer = await system.clickhouse.clients.reader.query({ query, format: 'JSONEachRow' });
    return z.array(shape).parse(await answer.json());
  }

  test('has every span that was acknowledged before it, once, and none that was never sent', async () => {
    const span = z.object({ id: z.string(), copies: z.coerce.number() });
    const query = `SELECT lower(hex(span_id)) AS id, count() AS copies FROM spans WHERE name = 'work' GROUP BY id`;
    await vi.waitFor(
      async () =>
        expect((await rows(span, query)).map(({ id }) => id)).toEqual(expect.arrayContaining(before.spans)),
      { timeout: 60_000, interval: 500 },
    );
    const stored = await rows(span, query);
    expect(stored.filter(({ copies }) => copies !== 1)).toEqual([]);
    // One may have been sent, and its answer not heard, when the work was stopped.
    const unknown = stored.filter(({ id }) => !all.spans.includes(id));
    expect(unknown.length).toBeLessThanOrEqual(2);
  });

  test('has each approval as it was, and what was open can be decided', async () => {
    const alice = connectApi(system.url, tokens.alice);
    const approval = z.object({ approval_id: z.string(), state: z.string() });
    const state = new Map(
      (await alice.list('/v1/approvals', approval)).map((each) => [each.approval_id, each.state]),
    );
    expect(before.waiting.filter((id) => state.get(id) !== 'waiting')).toEqual([]);
    expect(before.granted.filter((id) => state.get(id) !== 'approved')).toEqual([]);
    const decision = { decision: 'approve', reason: 'after the restore' };
    await alice.post(`/v1/approvals/${before.waiting[0]}/decision`, decision);
  });

  test('has of each chain of the service exactly the records that its control state knows, and goes on with it', async () => {
    const { control } = system.service;
    expect(await system.service.flush()).toBe(true);
    const known = await control.db.selectFrom('service_chains').selectAll().orderBy('run_id').execute();
    const record = z.object({
      run_id: z.string(),
      seq: z.coerce.number(),
      rows: z.coerce.number(),
      head: z.string(),
    });
    const stored = await rows(
      record,
      `SELECT toString(r.run_id) AS run_id, uniqExact(r.seq) AS seq, count() AS rows, argMax(r.record_hash, r.seq) AS head
       FROM service_records AS r GROUP BY r.run_id ORDER BY run_id`,
    );
    const byId = new Map(stored.map(({ run_id, ...each }) => [run_id, each]));
    expect(known.length).toBeGreaterThan(before.granted.length);
    expect(stored).toHaveLength(known.length);
    for (const { run_id, seq, head } of known)
      expect([run_id, byId.get(run_id)]).toEqual([run_id, { seq, rows: seq, head }]);
  });

  test('has no pause of sending in it', async () => {
    const paused = await system.service.control.db
      .selectFrom('state_values')
      .select('name')
      .where('name', 'like', 'shipping%')
      .execute();
    expect(paused).toEqual([]);
  });
});

describe('a backup that is not what was made', () => {
  const damages: Readonly<Record<string, (folder: string) => Promise<void>>> = {
    'a byte of the control state': (at) => flip(join(at, 'control/control.db'), 5000),
    'a byte of the evidence': async (at) => flip(await largest(join(at, 'clickhouse/backup')), 100),
    'an end that is torn off': async (at) => {
      const file = join(at, 'control/control.db');
      await writeFile(file, (await readFile(file)).subarray(0, -4096));
    },
    'a file that is missing': async (at) => rm(await largest(join(at, 'clickhouse/backup'))),
    'a file that was added': (at) => writeFile(join(at, 'collector-log/9999999999.log'), 'x'),
    'a manifest that is missing': (at) => rm(join(at, 'backup.json')),
    'a manifest that was edited': (at) => appendFile(join(at, 'backup.json'), ' '),
  };

  test.each(Object.entries(damages))('%s is refused, and leaves nothing', async (name, damage) => {
    const at = join(folder, name.replaceAll(' ', '-'));
    const data = `${at}-data`;
    await cp(backup, at, { recursive: true });
    await damage(at);
    await expect(restore({ from: at, data, digest })).rejects.toThrow(/is not what was backed up/);
    expect(await readdir(folder)).not.toContain(`${name.replaceAll(' ', '-')}-data`);
    await rm(at, { recursive: true });
  });

  test('nor is one restored over what is there, or taken into a folder that has something', async () => {
    const data = join(folder, 'in-use');
    await cp(join(backup, 'control'), data, { recursive: true });
    await expect(restore({ from: backup, data, digest })).rejects.toThrow(/is not empty/);
    await expect(backUp({ data: join(folder, 'restored'), into: data })).rejects.toThrow(/is not empty/);
    await expect(backUp({ data: folder, into: join(folder, 'x') })).rejects.toThrow(/no data directory/);
  });
});

/** Sends a span to a collector that never gets it stored; gives its id. */
async function leaveInLog(data: string): Promise<string> {
  const away = async () => ({ kind: 'unavailable', code: 210, message: 'away' }) as const;
  const verifyKey = async () => ({ principal: 'bot', team: 'ops', workflows: ['ops-deploy'] });
  const directory = logFolder(data);
  const collector = createCollector({ insert: away, quarantine: away, verifyKey, directory });
  const { url } = await collector.listen(0);
  const id = await sendSpan(`${url}/v1/traces`, 'any');
  await collector.close();
  return id;
}

test('both commands, over a directory that nobody runs', async () => {
  const [data, again, copy] = ['stopped', 'stopped-again', 'stopped-copy'].map((name) => join(folder, name));
  await restore({ from: backup, data: data ?? '', digest });
  const unstored = await leaveInLog(data ?? '');
  const made = await tollgate(['backup', copy ?? '', '--data', data ?? '']);
  expect([made.code, made.stdout]).toEqual([
    0,
    expect.stringMatching(/digest, to be kept elsewhere: [0-9a-f]{64}/),
  ]);
  const [, printed = ''] = /elsewhere: (\w+)/.exec(made.stdout) ?? [];
  const other = await tollgate(['restore', copy ?? '', '--data', again ?? '', '--digest', digest]);
  expect([other.code, other.stderr]).toEqual([1, expect.stringContaining('is not the one of that digest')]);
  const restored = await tollgate(['restore', copy ?? '', '--data', again ?? '', '--digest', printed]);
  expect([restored.code, restored.stderr]).toEqual([0, '']);
  expect(await readdir(again ?? '')).toEqual(
    expect.arrayContaining(['admin-token', 'clickhouse', 'control']),
  );
  // What only the log had is stored by whoever starts from the copy.
  const { logger } = fileLogger(again ?? '');
  const system = await startSystem({ directory: again ?? '', port: 0, otlpPort: 0, logger });
  try {
    const query = 'SELECT count() AS spans FROM spans WHERE span_id = unhex({unstored:String})';
    const stored = async () => {
      const { reader } = system.clickhouse.clients;
      const answer = await reader.query({ query, query_params: { unstored }, format: 'JSONEachRow' });
      return z.tuple([z.object({ spans: z.coerce.number() })]).parse(await answer.json())[0].spans;
    };
    await vi.waitFor(async () => expect(await stored()).toBe(1), { timeout: 60_000, interval: 300 });
  } finally {
    await system.stop();
  }
}, 180_000);

async function flip(file: string, at: number): Promise<void> {
  const bytes = await readFile(file);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await writeFile(file, bytes);
}

async function largest(at: string): Promise<string> {
  const entries = await readdir(at, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const sized = await Promise.all(files.map(async (file) => ({ file, size: (await readFile(file)).length })));
  return sized.sort((a, b) => b.size - a.size)[0]?.file ?? '';
}
