import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClickHouse, Disposal } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { canonicalJson } from '@tollgate/contract';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { performErasures } from '../../src/erasures/perform.ts';
import { Agent, collect, type LandingRow } from '../flags/agent.ts';
import { approvalFlow, type Flow } from '../support/approval-flow.ts';
import { isInFiles } from '../support/postgres.ts';
import { codeOf, placeOf, startService, type TestService } from '../support/service.ts';

const SECRET = 'v7.7.7077';

let clickhouse: ClickHouse;
let service: TestService;
let flow: Flow;
let admin: string;
/** Set to let the store fail. */
let fault: (() => Promise<void>) | undefined;
const told: (readonly string[])[] = [];
/** What happens while the log is asked. */
let meanwhile: (() => Promise<void>) | undefined;
/** Bytes that the log has still to store. */
let inTheLog = 0;
beforeAll(async () => {
  clickhouse = await startTestClickHouse();
  const { reader, service: writer } = clickhouse.clients;
  const disposal: Disposal = {
    ...clickhouse.disposal,
    erase: async (target, options) => {
      await fault?.();
      return clickhouse.disposal.erase(target, options);
    },
  };
  service = await startService({
    store: { reader, service: writer, disposal },
    background: [],
    elsewhere: [
      {
        name: 'log',
        erase: async (runs) => {
          told.push(runs);
          await meanwhile?.();
          return { left: inTheLog };
        },
      },
    ],
  });
  service.service.start();
  flow = await approvalFlow(service);
  admin = await service.person('ada@example.com', ['admin'], ['*']);
});
beforeEach(() => {
  fault = meanwhile = undefined;
  inTheLog = 0;
  told.length = 0;
});
afterAll(async () => {
  await service?.close();
  await clickhouse?.close();
});

const ask = (body: object, token = admin) =>
  service.call(token, 'POST', '/v1/erasures', { reason: 'asked to', ...body });
const preview = async (body: object) =>
  (await service.call(admin, 'POST', '/v1/erasures/preview', body)).body;
const perform = async () => {
  await performErasures(service.service.deps);
  await service.service.flush();
};
const readBack = async (id: unknown) => (await service.call(admin, 'GET', `/v1/erasures/${id}`)).body;
async function rows<T>(query: string, query_params: Record<string, unknown> = {}): Promise<T[]> {
  await service.service.flush();
  const answer = await clickhouse.clients.reader.query({ query, query_params, format: 'JSONEachRow' });
  return answer.json<T>();
}
const contentOf = async (run_id: string) =>
  (await rows('SELECT 1 FROM span_content WHERE run_id = {run_id:UUID}', { run_id })).length;
const onDisk = async () => {
  const { database_url } = await placeOf(service.directory);
  if (database_url !== undefined) return isInFiles(database_url, SECRET);
  const names = (await readdir(service.directory)).filter((name) => name.startsWith('control.db'));
  const files = await Promise.all(names.map((name) => readFile(join(service.directory, name))));
  return files.some((bytes) => bytes.includes(SECRET));
};

/** A run with content in the store and in a closed approval. */
async function ranRun(initiator?: string): Promise<{ run_id: string; rows: readonly LandingRow[] }> {
  const run_id = await flow.run(initiator);
  const args = canonicalJson({ target: 'production', version: SECRET });
  // Together longer than a page of the database, so that whole pages are freed and not written over.
  const long = (length: number) => `${SECRET} `.repeat(length / 10);
  const { body } = await flow.ask(run_id, {
    arguments: args,
    purpose: long(2000),
    rollback_note: long(4000),
  });
  expect((await flow.decide(flow.alice, body['approval_id'], 'refuse')).status).toBe(200);
  const facts = { run_id, workflow: 'ops-deploy', policy_version: flow.policy_version };
  const agent = new Agent({ ...facts, owner: 'owner@example.com', team: 'ops' });
  agent.start();
  agent.tool('set_status', 'update_status', 2, { id: SECRET, status: 'done' });
  agent.seal();
  await collect(clickhouse, agent.rows);
  await service.service.flush();
  return { run_id, rows: agent.rows };
}

test('content of a run goes from store and control state to the last byte, and its chains are whole', async () => {
  const { run_id, rows: sent } = await ranRun();
  expect(await onDisk()).toBe(true);
  expect(await preview({ run_id })).toEqual({
    ...{ runs: 1, spans: 4, quarantined: 0, approvals: 1, held: [], open: [] },
  });
  const { status, body } = await ask({ run_id });
  expect([status, body['state']]).toEqual([202, 'running']);
  await perform();
  expect(await readBack(body['erasure_id'])).toMatchObject({
    ...{ state: 'finished', spans: 4, approvals: 1, elsewhere: { log: { left: 0 } } },
    runs: { all: 1, erased: 1, held: 0, open: 0 },
  });
  expect(told).toEqual([[run_id]]);
  expect([await contentOf(run_id), await onDisk()]).toEqual([0, false]);
  await collect(clickhouse, sent);
  expect(await contentOf(run_id)).toBe(0);
  const { body: evidence } = await service.call(admin, 'GET', `/v1/runs/${run_id}/evidence`);
  expect(evidence['chain']).toMatchObject({ whole: true, findings: [] });
  expect(JSON.stringify(evidence)).toContain('content_erased');
  expect(await preview({ run_id })).toMatchObject({ spans: 0, approvals: 0 });
});

test('of a run in whichever letters its id is written, everything goes, and a hold is in its way', async () => {
  const { run_id } = await ranRun();
  const { body } = await ask({ run_id: run_id.toUpperCase() });
  await perform();
  expect(await readBack(body['erasure_id'])).toMatchObject({ run_id, state: 'finished', approvals: 1 });
  expect([await contentOf(run_id), await onDisk()]).toEqual([0, false]);
  const { run_id: other } = await ranRun();
  await service.call(admin, 'POST', '/v1/holds', { workflow: 'ops-deploy', reason: 'court' });
  expect(codeOf(await ask({ run_id: other.toUpperCase() }))).toBe('conflict');
  const { body: holds } = await service.call(admin, 'GET', '/v1/holds?workflow=ops-deploy&state=live');
  for (const { hold_id } of holds['items'] as { hold_id: string }[])
    await service.call(admin, 'POST', `/v1/holds/${hold_id}/lift`, { reason: 'over' });
});

test('what is on record about an erasure has nothing of what was erased', async () => {
  const { run_id } = await ranRun();
  const { body } = await ask({ run_id, reason: 'article 17' });
  await perform();
  const found = await rows<{ kind: string; record: string }>(
    `SELECT kind, record FROM service_records WHERE kind IN ('erasure_requested', 'content_erased', 'erasure_finished')
     AND position(record, {id:String}) > 0 ORDER BY kind`,
    { id: body['erasure_id'] },
  );
  expect(found.map(({ kind }) => kind)).toEqual(['content_erased', 'erasure_finished', 'erasure_requested']);
  expect(found.map(({ record }) => record).join()).not.toContain(SECRET);
  expect(JSON.parse(found[1]?.record ?? '{}').detail).toMatchObject({
    ...{ run_id, reason: 'article 17', runs: 1, left: 0, spans: 4, approvals: 1 },
  });
  expect(JSON.parse(found[2]?.record ?? '{}')).toMatchObject({
    actor: 'ada@example.com',
    detail: { of: 'run', run_id, reason: 'article 17' },
  });
});

test('it is on record from the answer on, whatever becomes of it', async () => {
  const { run_id } = await ranRun();
  const { body } = await ask({ run_id });
  const found = await rows(
    `SELECT 1 FROM service_records WHERE kind = 'erasure_requested' AND position(record, {id:String}) > 0`,
    { id: body['erasure_id'] },
  );
  expect(found).toHaveLength(1);
  await perform();
});

test('it is not finished while something is left elsewhere', async () => {
  const { run_id } = await ranRun();
  const { body } = await ask({ run_id });
  inTheLog = 70;
  await perform();
  expect(await readBack(body['erasure_id'])).toMatchObject({
    ...{ state: 'running', elsewhere: { log: { left: 70 } }, runs: { erased: 1 } },
  });
  inTheLog = 0;
  await perform();
  expect(await readBack(body['erasure_id'])).toMatchObject({
    ...{ state: 'finished', spans: 4, elsewhere: { log: { left: 0 } } },
  });
  expect(told).toEqual([[run_id], [run_id]]);
});

test('one span takes the arguments of its call with it, and leaves the rest of its run', async () => {
  const { run_id } = await ranRun();
  const [span] = await rows<{ trace_id: string; span_id: string }>(
    `SELECT lower(hex(trace_id)) AS trace_id, lower(hex(span_id)) AS span_id FROM tool_calls
     WHERE run_id = {run_id:UUID} AND kind = 'gate_decided'`,
    { run_id },
  );
  const { body } = await ask({ run_id, ...span });
  await perform();
  expect(await readBack(body['erasure_id'])).toMatchObject({ kind: 'span', spans: 1, approvals: 0 });
  expect(await contentOf(run_id)).toBe(3);
});

test('of a person, it reaches every run that they started, and no other', async () => {
  const ines = await service.person('ines@example.com', ['reviewer'], ['ops']);
  const [first, second, other] = [await ranRun(ines), await ranRun(ines), await ranRun()];
  const { body } = await ask({ person: 'Ines@Example.com' });
  expect(body).toMatchObject({ kind: 'person', runs: { all: 2 } });
  await perform();
  expect(await Promise.all([first, second, other].map(({ run_id }) => contentOf(run_id)))).toEqual([0, 0, 4]);
  // Who started a run without a token is written as the agent wrote it.
  const { body: claimed } = await service.call(flow.agent, 'POST', '/v1/runs', {
    ...{ workflow: 'ops-deploy', policy_version: flow.policy_version, writer: randomUUID() },
    initiator: 'Claimed@Example.com',
  });
  const { body: third } = await ask({ person: 'claimed@example.com' });
  expect(third).toMatchObject({ runs: { all: 1 } });
  const { db } = service.service.deps.control;
  expect(await db.selectFrom('erasure_runs').selectAll().execute()).toContainEqual({
    ...{ erasure_id: third['erasure_id'], run_id: claimed['run_id'], state: 'waiting' },
  });
  await perform();
  expect(codeOf(await ask({ person: 'nobody@example.com' }))).toBe('not_found');
  const ofTeam = await service.person('tom@example.com', ['admin'], ['sales']);
  expect(codeOf(await ask({ person: 'ines@example.com' }, ofTeam))).toBe('forbidden');
});

test('a legal hold is in its way until it is lifted, also one that is set in the middle', async () => {
  const { run_id } = await ranRun();
  const hold = () => service.call(admin, 'POST', '/v1/holds', { run_id, reason: 'court' });
  const { body: held } = await hold();
  expect(await preview({ run_id })).toMatchObject({ held: [run_id] });
  const refused = await ask({ run_id });
  expect([codeOf(refused), JSON.stringify(refused.body)]).toEqual([
    'conflict',
    expect.stringContaining(run_id),
  ]);
  await service.call(admin, 'POST', `/v1/holds/${held['hold_id']}/lift`, { reason: 'over' });
  const { body } = await ask({ run_id });
  await hold();
  await perform();
  expect(await readBack(body['erasure_id'])).toMatchObject({
    ...{ state: 'finished', spans: 0, approvals: 0, runs: { erased: 0, held: 1 } },
  });
  expect(await contentOf(run_id)).toBe(4);
});

test('a hold that is set between the look and the erasure keeps everything', async () => {
  const { run_id } = await ranRun();
  const { body } = await ask({ run_id });
  const { deps } = service.service;
  const { reader } = deps.store;
  // The last moment before the transaction in which approvals go: when the run began has just been asked of the store.
  const late = Object.create(reader, {
    query: {
      value: async (params: Parameters<typeof reader.query>[0]) => {
        const answer = await reader.query(params);
        await service.call(admin, 'POST', '/v1/holds', { run_id, reason: 'court' });
        return answer;
      },
    },
  });
  await performErasures({ ...deps, store: { ...deps.store, reader: late } });
  expect(await readBack(body['erasure_id'])).toMatchObject({ approvals: 0, runs: { erased: 0, held: 1 } });
  expect([await contentOf(run_id), await onDisk()]).toEqual([4, true]);
});

test('a hold of one run that is set at the end leaves nothing of the others', async () => {
  const ivo = await service.person('ivo@example.com', ['reviewer'], ['ops']);
  const [held, other] = [await ranRun(ivo), await ranRun(ivo)];
  const { body } = await ask({ person: 'ivo@example.com' });
  meanwhile = async () => {
    // The log had something of both that could not be a span.
    await collect(
      clickhouse,
      [held, other].flatMap(({ rows: sent }) => sent.slice(0, 1).map((row) => ({ ...row, TraceId: 'x' }))),
    );
    await service.call(admin, 'POST', '/v1/holds', { run_id: held.run_id, reason: 'court' });
    await service.service.flush();
  };
  await perform();
  expect(await readBack(body['erasure_id'])).toMatchObject({
    state: 'finished',
    runs: { held: 1, erased: 1 },
  });
  const left = await rows<{ raw: string }>('SELECT raw FROM quarantine');
  expect(left.filter(({ raw }) => raw.includes(other.run_id))).toEqual([]);
});

test('an approval that waits needs its arguments, so they are not erased under it', async () => {
  const run_id = await flow.run();
  const { body: asked } = await flow.ask(run_id);
  expect(codeOf(await ask({ run_id }))).toBe('conflict');
  expect(await preview({ run_id })).toMatchObject({ open: [run_id], approvals: 0 });
  await flow.decide(flow.alice, asked['approval_id'], 'refuse');
  expect((await ask({ run_id })).status).toBe(202);
  await perform();
});

test('it goes on where it was ended, and records nothing twice', async () => {
  const { run_id } = await ranRun();
  const { body } = await ask({ run_id });
  fault = () => Promise.reject(new Error('the store is away'));
  await expect(perform()).rejects.toThrow('away');
  expect(await readBack(body['erasure_id'])).toMatchObject({ state: 'running', approvals: 1 });
  await service.restart();
  service.service.start();
  fault = undefined;
  await perform();
  await perform();
  expect(await readBack(body['erasure_id'])).toMatchObject({ state: 'finished', spans: 4, approvals: 1 });
  const records = await rows(
    `SELECT 1 FROM service_records WHERE run_id = {run_id:UUID} AND kind = 'content_erased'`,
    { run_id },
  );
  expect([records.length, await contentOf(run_id)]).toEqual([1, 0]);
});

test('only an admin may, of what he sees, with a reason', async () => {
  const { run_id } = await ranRun();
  const elsewhere = await service.person('eve@example.com', ['admin'], ['sales']);
  expect(codeOf(await ask({ run_id }, flow.owner))).toBe('forbidden');
  expect(codeOf(await ask({ run_id }, elsewhere))).toBe('not_found');
  expect(codeOf(await ask({ run_id: randomUUID() }))).toBe('not_found');
  expect(codeOf(await ask({ run_id, reason: '' }))).toBe('invalid_request');
  const { body } = await ask({ run_id });
  expect(codeOf(await service.call(elsewhere, 'GET', `/v1/erasures/${body['erasure_id']}`))).toBe(
    'not_found',
  );
  expect((await service.call(elsewhere, 'GET', '/v1/erasures')).body['items']).toEqual([]);
  await perform();
});

test('an admin of the team of all runs of a person is told of the erasure that they asked for', async () => {
  const { run_id } = await ranRun(await service.person('paul@example.com', ['approver']));
  const lead = await service.person('lena@example.com', ['admin'], ['ops']);
  const { status, body } = await ask({ person: 'paul@example.com' }, lead);
  expect([status, body]).toEqual([
    202,
    expect.objectContaining({ state: 'running', person: 'paul@example.com' }),
  ]);
  await perform();
  const path = `/v1/erasures/${body['erasure_id']}`;
  expect((await service.call(lead, 'GET', path)).body).toMatchObject({ state: 'finished', approvals: 1 });
  const { body: all } = await service.call(lead, 'GET', '/v1/erasures');
  expect(JSON.stringify(all)).toContain(body['erasure_id']);
  expect(await contentOf(run_id)).toBe(0);
  const stranger = await service.person('sven@example.com', ['admin'], ['ops']);
  expect(codeOf(await service.call(stranger, 'GET', path))).toBe('not_found');
});

test('an id is the same in either case of letters: nothing of its run is left, and a hold of it holds', async () => {
  const { run_id } = await ranRun();
  const { body } = await ask({ run_id: run_id.toUpperCase() });
  expect(body).toMatchObject({ run_id });
  await perform();
  expect(await readBack(body['erasure_id'])).toMatchObject({
    ...{ state: 'finished', approvals: 1 },
    runs: { all: 1, erased: 1, held: 0, open: 0 },
  });
  const { run_id: other } = await ranRun();
  const upper = other.toUpperCase();
  const hold = await service.call(admin, 'POST', '/v1/holds', { run_id: upper, reason: 'a drill' });
  expect(hold.body).toMatchObject({ run_id: other });
  for (const asked of [other, upper]) expect(codeOf(await ask({ run_id: asked }))).toBe('conflict');
});
