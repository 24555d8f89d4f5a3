import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ClickHouse } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { startChain, verifyChain } from '@tollgate/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Store } from '../../src/index.ts';
import { approvalFlow } from '../support/approval-flow.ts';
import { overPostgres } from '../support/postgres.ts';
import { noStore, placeOf, startService } from '../support/service.ts';

let clickhouse: ClickHouse;
let store: Store;
beforeAll(async () => {
  clickhouse = await startTestClickHouse();
  store = { reader: clickhouse.clients.reader, service: clickhouse.clients.service };
});
afterAll(() => clickhouse?.close());

const stored = z.array(z.object({ seq: z.coerce.number(), record: z.string(), record_hash: z.string() }));

/** Rows as they lie there, duplicates included: `final` would hide a row that was inserted twice. */
async function recordsOf(writer: string) {
  const result = await store.reader.query({
    query:
      'SELECT seq, record, record_hash FROM service_records WHERE writer = {writer:UUID} ORDER BY seq SETTINGS final = 0',
    query_params: { writer },
    format: 'JSONEachRow',
  });
  return stored.parse(await result.json());
}

async function count(query: string, query_params: Record<string, unknown> = {}): Promise<number> {
  const result = await store.reader.query({ query, query_params, format: 'JSONEachRow' });
  return z.tuple([z.object({ n: z.coerce.number() })]).parse(await result.json())[0].n;
}

describe('what the service records', () => {
  test('one approval from registration to receipt is in ClickHouse as one whole chain and as typed rows', async () => {
    const service = await startService({ store });
    try {
      service.service.start();
      const flow = await approvalFlow(service);
      const run_id = await flow.run();
      const { body } = await flow.ask(run_id, { call_id: 'call' });
      await flow.decide(flow.alice, body['approval_id']);
      await flow.consume(body['approval_id'], run_id);
      expect(await service.service.flush()).toBe(true);
      const { writer } = service.service.control;
      const records = (await recordsOf(writer)).filter(({ record }) => record.includes(run_id));
      const start = startChain(run_id, writer, flow.policy_version);
      const texts = records.map(({ record }) => record);
      expect(verifyChain(start, texts).findings).toEqual([]);
      expect(texts.map((text) => JSON.parse(text).kind)).toEqual([
        'run_registered',
        'approval_requested',
        'approval_decided',
        'grant_consumed',
      ]);
      const where = 'run_id = {run_id:UUID}';
      expect(await count(`SELECT count() AS n FROM run_registrations WHERE ${where}`, { run_id })).toBe(1);
      expect(await count(`SELECT count() AS n FROM approvals WHERE ${where}`, { run_id })).toBe(3);
      expect(
        await count("SELECT count() AS n FROM workflow_registrations WHERE workflow = 'ops-deploy'"),
      ).toBe(1);
      const everything = JSON.stringify(await dump());
      expect(everything).toContain('alice@example.com');
      expect(everything).not.toContain('v1.2.3');
    } finally {
      await service.close();
    }
  });

  test('while the store is away everything is kept, and arrives once it is back', async () => {
    const service = await startService({ store: noStore() });
    const { writer } = service.service.control;
    const flow = await approvalFlow(service);
    service.service.start();
    await flow.ask(await flow.run());
    expect(await service.service.flush()).toBe(false);
    await service.close({ keep: true });
    const again = await startService({ store }, service.directory);
    try {
      again.service.start();
      expect(await again.service.flush()).toBe(true);
      const kinds = (await recordsOf(writer)).map(({ record }) => JSON.parse(record).kind);
      for (const kind of ['workflow_registered', 'run_registered', 'approval_requested'])
        expect(kinds.filter((each) => each === kind)).toHaveLength(1);
      expect(await rowsLeft(again.service.control)).toBe(0);
    } finally {
      await again.close();
    }
  });
});

test('a text that is none, of whoever, holds up nothing that is sent beside it', async () => {
  const service = await startService({ store });
  try {
    service.service.start();
    const flow = await approvalFlow(service);
    const run_id = await flow.run();
    const { body } = await flow.ask(run_id);
    const path = `/v1/approvals/${body['approval_id']}/decision`;
    const decided = await service.call(flow.alice, 'POST', path, { decision: 'refuse', reason: 'no \ud800' });
    expect(decided.status).toBe(200);
    const { policy_version } = flow;
    const registered = await service.call(flow.agent, 'POST', '/v1/runs', {
      ...{ workflow: 'ops-deploy', policy_version, writer: randomUUID(), initiator: 'somebody \udfff' },
    });
    expect(registered.status).toBe(201);
    expect(await service.service.flush()).toBe(true);
    const where = "decision = 'refuse' AND reason = 'no \ufffd' AND run_id = {run_id:UUID}";
    expect(await count(`SELECT count() AS n FROM approvals WHERE ${where}`, { run_id })).toBe(1);
    expect(
      await count("SELECT count() AS n FROM run_registrations WHERE initiator = 'somebody \ufffd'"),
    ).toBe(1);
  } finally {
    await service.close();
  }
});

/** What of the approvals and records can be read in the store. */
async function dump(): Promise<unknown[]> {
  const tables = ['approvals', 'service_records', 'run_registrations'];
  return Promise.all(
    tables.map(async (table) => {
      const result = await store.reader.query({ query: `SELECT * FROM ${table}`, format: 'JSONEachRow' });
      return result.json();
    }),
  );
}

async function rowsLeft(control: {
  db: Awaited<ReturnType<typeof startService>>['service']['control']['db'];
}) {
  const rows = await control.db.selectFrom('evidence_outbox').select('position').execute();
  return rows.length;
}

describe('a service that is killed', () => {
  test('loses nothing it acknowledged and stores nothing twice', { timeout: 90_000 }, async () => {
    // A merge would collapse what was stored twice, and hide it.
    await clickhouse.clients.owner.command({ query: 'SYSTEM STOP MERGES tollgate.service_records' });
    const directory = await mkdtemp(join(tmpdir(), 'tollgate-killed-'));
    try {
      let acknowledged = -1;
      for (const end of [{ inserts: 1 }, { records: 40 }, { inserts: 3 }, { records: 10 }])
        acknowledged = Math.max(acknowledged, await runUntilKilled(directory, end));
      const service = await startService({ store }, directory);
      service.service.start();
      expect(await service.service.flush()).toBe(true);
      const records = await recordsOf(service.service.control.writer);
      await service.close();
      expect(records.map(({ seq }) => seq)).toEqual(records.map((_, index) => index));
      expect(records.length).toBeGreaterThan(acknowledged);
      const start = startChain(parsed(records[0]?.record).run_id, parsed(records[0]?.record).writer, 'p');
      const texts = records.map(({ record }) => record);
      expect(verifyChain(start, texts).findings).toEqual([]);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });

  test.skipIf(overPostgres())(
    'leaves a directory that another can use, while a living one keeps it to itself',
    async () => {
      const service = await startService();
      await expect(startService({}, service.directory)).rejects.toThrow('Another query service runs');
      await service.restart();
      await service.close();
    },
  );
});

const parsed = (text: string | undefined) =>
  z.object({ run_id: z.uuid(), writer: z.uuid() }).parse(JSON.parse(text ?? ''));

/**
 * Runs the child until it kills itself after so many inserts, or has acknowledged so many records and is killed.
 * @returns the number of the last record that it acknowledged
 */
async function runUntilKilled(
  directory: string,
  { inserts, records = Number.POSITIVE_INFINITY }: { inserts?: number; records?: number },
): Promise<number> {
  const { user, password } = clickhouse.credentials.service;
  const child = spawn(
    process.execPath,
    [
      ...['--conditions=tollgate-source', join(import.meta.dirname, 'child.ts')],
      ...[JSON.stringify(await placeOf(directory)), clickhouse.url, user, password, String(inserts ?? '')],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = once(child, 'exit');
  let last = -1;
  let seen = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    last = Number(line);
    seen += 1;
    if (seen === records) child.kill('SIGKILL');
  }
  expect(await ended).toEqual([null, 'SIGKILL']);
  return last;
}
