import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ZipFile } from 'yazl';
import { MANIFEST } from '../../src/exports/manifest.ts';
import { verifyPack } from '../../src/exports/verify-pack.ts';
import { Agent, collect } from '../flags/agent.ts';
import { startService } from '../support/service.ts';
import { edited } from './edited-pack.ts';
import { openPack } from './open-pack.ts';

const RUN = randomUUID();
let directory: string;
let whole: Buffer;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tollgate-pack-'));
  const clickhouse = await startTestClickHouse();
  const { reader, service: writer } = clickhouse.clients;
  const service = await startService({ store: { reader, service: writer }, background: [] });
  const agent = new Agent({
    ...{ run_id: RUN, workflow: 'ops-deploy', policy_version: `sha256:${'a'.repeat(64)}` },
    ...{ owner: 'olga@example.com', team: 'ops' },
  });
  agent.start();
  agent.tool('restart', 'update_status', 2, { host: 'a' });
  agent.tool('restart', 'update_status', 2, { host: 'b' });
  agent.say('run_sealed', {
    final_status: 'completed',
    detail: { writers: [{ writer: agent.writer, count: agent.chain.seq, head: agent.chain.head }] },
  });
  await collect(clickhouse, agent.rows);
  const token = await service.person('ada@example.com', ['auditor'], ['*']);
  const answer = await fetch(`${service.url}/v1/exports/evidence?run_id=${RUN}&content=true`, {
    headers: { authorization: `Bearer ${token}` },
  });
  whole = Buffer.from(await answer.arrayBuffer());
  await service.close();
  await clickhouse.close();
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function verdictOf(bytes: Buffer) {
  const path = join(directory, randomUUID());
  await writeFile(path, bytes);
  return verifyPack(path).finally(() => rm(path));
}

const replace = (name: string, from: string | RegExp, to: string) => (files: Map<string, Buffer>) => {
  const text = files.get(name)?.toString('utf8') ?? '';
  expect(text).toMatch(from);
  files.set(name, Buffer.from(text.replace(from, to)));
};

test('a pack that was not touched is whole', async () => {
  const verdict = await verdictOf(whole);
  expect(verdict).toMatchObject({ problems: [], records: 6, chains: 1, unproven: 0 });
  expect(verdict.manifest?.scope).toEqual({ run_id: RUN });
});

test('any changed byte is found', async () => {
  const position = fc.integer({ min: 0, max: whole.length - 1 });
  await fc.assert(
    fc.asyncProperty(position, fc.integer({ min: 1, max: 255 }), async (at, flip) => {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] ?? 0) ^ flip;
      const verdict = await verdictOf(bytes).catch(() => undefined);
      if (verdict === undefined || verdict.problems.length > 0) return;
      // What is left says nothing of the evidence: times and attributes of the archive's own entries.
      expect((await openPack(bytes)).files).toEqual((await openPack(whole)).files);
    }),
    { numRuns: 300 },
  );
});

test.each([
  [
    'a changed file',
    replace('tool_calls.jsonl', '"restart"', '"destroy"'),
    'tool_calls.jsonl is not what was handed out',
  ],
  [
    'a missing file',
    (files: Map<string, Buffer>) => void files.delete('spans.jsonl'),
    'spans.jsonl is missing',
  ],
  [
    'an added file',
    (files: Map<string, Buffer>) => void files.set('more.jsonl', Buffer.from('{}')),
    'more.jsonl is not in the manifest',
  ],
])('%s is found', async (_, edit, problem) => {
  const { problems } = await verdictOf(await edited(whole, edit, { follow: false }));
  expect(problems).toEqual([expect.stringContaining(problem)]);
});

test.each([
  [
    'changed',
    replace('agent_records.jsonl', '\\"tool\\":\\"restart\\"', '\\"tool\\":\\"destroy\\"'),
    'does not name the record before it',
  ],
  ['missing', replace('agent_records.jsonl', /^.*"seq":"2".*\n/m, ''), 'has number 3 where 2 follows'],
  [
    'missing at the end',
    replace('agent_records.jsonl', /^.*"seq":"5".*\n/m, ''),
    'rows where the manifest says',
  ],
])('a record that is %s is found, though the manifest follows', async (_, edit, problem) => {
  const { problems } = await verdictOf(await edited(whole, edit, { follow: true }));
  expect(problems.join('\n')).toContain(problem);
});

test('what is no pack is said to be none', async () => {
  await expect(verdictOf(Buffer.from('not a zip'))).rejects.toThrow();
  const zip = new ZipFile();
  zip.addBuffer(Buffer.from('{}'), MANIFEST);
  zip.end();
  const { manifest, problems } = await verdictOf(await buffer(zip.outputStream as Readable));
  expect([manifest, problems]).toEqual([undefined, [`${MANIFEST} cannot be read`]]);
});
