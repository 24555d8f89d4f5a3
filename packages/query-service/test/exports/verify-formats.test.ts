import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { ClickHouse } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PACK_FORMATS, type PackFormat } from '../../src/exports/part-query.ts';
import { verifyPack } from '../../src/exports/verify-pack.ts';
import { Agent, collect } from '../flags/agent.ts';
import { startService, type TestService } from '../support/service.ts';
import { edited } from './edited-pack.ts';

const RUNS = 3;
/** Each run's, by number: it starts, calls a tool twice (a decision and an end each), and is sealed. */
const RECORDS = 6;
/** Each record is carried by further spans: its chain has it once, and the pack once for each. */
const COPIES = 2;
const ROWS = RUNS * RECORDS * (1 + COPIES);

let directory: string;
let clickhouse: ClickHouse;
let service: TestService;
let auditor: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tollgate-pack-'));
  clickhouse = await startTestClickHouse();
  const { reader, service: writer } = clickhouse.clients;
  service = await startService({ store: { reader, service: writer }, background: [] });
  auditor = await service.person('ada@example.com', ['auditor'], ['*']);
  for (let nth = 0; nth < RUNS; nth += 1) {
    const agent = new Agent({
      ...{ run_id: randomUUID(), workflow: 'ops-deploy', policy_version: `sha256:${'a'.repeat(64)}` },
      ...{ owner: 'olga@example.com', team: 'ops' },
    });
    agent.start();
    for (const host of ['a', 'b'])
      agent.tool('restart', 'update_status', 2, { host }, { rollback_note: '=1,"ü"\n\r\n-2\\' });
    agent.seal();
    await collect(clickhouse, agent.rows);
    for (let copy = 0; copy < COPIES; copy += 1)
      await collect(
        clickhouse,
        agent.rows.map((row) => ({ ...row, SpanId: randomBytes(8).toString('hex') })),
      );
  }
});
afterAll(async () => {
  await service?.close();
  await clickhouse?.close();
  await rm(directory, { recursive: true, force: true });
});

const packs = new Map<PackFormat, Promise<Buffer>>();

function packed(format: PackFormat): Promise<Buffer> {
  const known = packs.get(format) ?? download(format);
  packs.set(format, known);
  return known;
}

async function download(format: PackFormat): Promise<Buffer> {
  const query = `workflow=ops-deploy&content=true&format=${format}`;
  const answer = await fetch(`${service.url}/v1/exports/evidence?${query}`, {
    headers: { authorization: `Bearer ${auditor}` },
  });
  return Buffer.from(await answer.arrayBuffer());
}

async function verdictOf(bytes: Buffer) {
  const path = join(directory, randomUUID());
  await writeFile(path, bytes);
  return verifyPack(path).finally(() => rm(path));
}

/** The engine reads a file of records and writes it anew, as `select` of `records` would have it; Parquet in groups that cut runs. */
async function rewritten(bytes: Buffer, format: PackFormat, select: string): Promise<Buffer> {
  const { owner } = clickhouse.clients;
  const { user, password } = clickhouse.credentials.owner;
  const { clause } = PACK_FORMATS[format];
  await owner.command({
    query: `CREATE OR REPLACE TABLE records (nth UInt64 DEFAULT 0, run_id String, writer String, seq UInt64, record String,
      record_hash String, span_hash String) ENGINE = Memory`,
  });
  const search = new URLSearchParams({
    ...{ user, password, database: 'tollgate', input_format_skip_unknown_fields: '1' },
    query: `INSERT INTO records FORMAT ${clause}`,
  });
  const answer = await fetch(`${clickhouse.url}/?${search}`, { method: 'POST', body: new Uint8Array(bytes) });
  expect(await answer.text()).toBe('');
  const query = `SELECT * EXCEPT nth FROM (${select}) ORDER BY run_id, nth, seq, leftPad(span_hash, 64, '0')
    SETTINGS output_format_parquet_row_group_size = 4, max_block_size = 4 FORMAT ${clause}`;
  return buffer((await owner.exec({ query })).stream);
}

/** One run is tampered with; the others are as they were. */
const OF_ONE = 'run_id = (SELECT min(run_id) FROM records)';
const TAMPERINGS = [
  [
    'changed',
    `SELECT * REPLACE (if(${OF_ONE} AND seq = 2, replaceOne(record, '"restart"', '"destroy"'), record) AS record) FROM records`,
    'record 3 does not name the record before it',
  ],
  ['missing', `SELECT * FROM records WHERE NOT (${OF_ONE} AND seq = 2)`, 'has number 3 where 2 follows'],
  ['missing at the end', `SELECT * FROM records WHERE NOT (${OF_ONE} AND seq = ${RECORDS - 1})`, undefined],
  [
    'doubled',
    `SELECT * FROM records UNION ALL SELECT * FROM records WHERE ${OF_ONE} AND seq = 2`,
    'record 2 stands where the pack cannot have had it',
  ],
  [
    'moved',
    `SELECT * REPLACE (transform(seq, [2, 3], [3, 2], seq) AS nth) FROM records WHERE ${OF_ONE}
      UNION ALL SELECT * REPLACE (seq AS nth) FROM records WHERE NOT (${OF_ONE})`,
    'record 2 stands where the pack cannot have had it',
  ],
] as const;

describe.each(['jsonl', 'csv', 'parquet'] as const)('a pack of %s', (format) => {
  const name = `agent_records.${format}`;

  test('is whole as it was handed out, also where somebody packed its files anew', async () => {
    const whole = await packed(format);
    const counts = { problems: [], records: ROWS, chains: RUNS, unproven: 0 };
    expect(await verdictOf(whole)).toMatchObject(counts);
    for (const compress of [true, false])
      expect(await verdictOf(await edited(whole, () => {}, { follow: false, compress }))).toMatchObject(
        counts,
      );
  });

  test('is whole where the engine wrote its records anew, and the manifest follows', async () => {
    const again = await edited(
      await packed(format),
      async (files) => {
        const bytes = files.get(name) ?? Buffer.alloc(0);
        files.set(name, await rewritten(bytes, format, 'SELECT * FROM records'));
      },
      { follow: true },
    );
    expect(await verdictOf(again)).toMatchObject({ problems: [], records: ROWS });
  });

  test.each(TAMPERINGS)(
    'with a record that is %s is found out, whether or not its manifest follows',
    async (_, select, problem) => {
      const whole = await packed(format);
      const edit = async (files: Map<string, Buffer>) => {
        const bytes = files.get(name) ?? Buffer.alloc(0);
        files.set(name, await rewritten(bytes, format, select));
      };
      for (const follow of [true, false])
        for (const compress of [true, false]) {
          const { problems, unproven } = await verdictOf(await edited(whole, edit, { follow, compress }));
          if (problem !== undefined) expect(problems.join('\n')).toContain(problem);
          // Without its seal a chain may be shorter than it was; a manifest that was made anew then says nothing.
          else expect(unproven).toBe(1);
          if (!follow) expect(problems.join('\n')).toContain(`${name} is not what was handed out`);
        }
    },
  );

  test('of which a file cannot be read says so', async () => {
    const broken = (files: Map<string, Buffer>) => {
      const bytes = files.get(name) ?? Buffer.alloc(0);
      files.set(name, Buffer.concat([bytes.subarray(0, 300), Buffer.from('"\n{}'), bytes.subarray(500)]));
    };
    const { problems } = await verdictOf(await edited(await packed(format), broken, { follow: true }));
    expect(problems.join('\n')).toMatch(/cannot be read|no record/);
  });
});
