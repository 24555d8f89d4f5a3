import type { ClickHouse } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { startChain, TOLLGATE, verifyChain } from '@tollgate/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findHeldRuns } from '../../src/holds/find-held-runs.ts';
import { heldAmong, periodsOf } from '../../src/holds/held-among.ts';
import { Agent, collect, span } from '../flags/agent.ts';
import { approvalFlow, type Flow } from '../support/approval-flow.ts';
import { codeOf, startService, type TestService } from '../support/service.ts';

let clickhouse: ClickHouse;
let service: TestService;
let flow: Flow;
let admin: string;
beforeAll(async () => {
  clickhouse = await startTestClickHouse();
  const { reader, service: writer } = clickhouse.clients;
  const store = { reader, service: writer, disposal: clickhouse.disposal };
  service = await startService({ store, background: [] });
  service.service.start();
  flow = await approvalFlow(service);
  admin = await service.person('ada@example.com', ['admin'], ['*']);
});
afterAll(async () => {
  await service?.close();
  await clickhouse?.close();
});

const set = (body: object, token = flow.owner) =>
  service.call(token, 'POST', '/v1/holds', { reason: 'letter of the court', ...body });
const lift = (hold_id: unknown, token = admin) =>
  service.call(token, 'POST', `/v1/holds/${hold_id}/lift`, { reason: 'the matter is closed' });
async function read<T>(query: string, query_params: Record<string, unknown> = {}): Promise<T[]> {
  await service.service.flush();
  const answer = await clickhouse.clients.reader.query({ query, query_params, format: 'JSONEachRow' });
  return answer.json<T>();
}
const inStore = async (run_id: string) =>
  (await read('SELECT 1 FROM runs_on_hold WHERE run_id = {run_id:UUID}', { run_id })).length > 0;
const held = async (run_id: string) => {
  const { deps } = service.service;
  return (await heldAmong(deps.control.db, [run_id], await periodsOf(deps, [run_id]))).length > 0;
};

test('a hold of a run is in force with its answer, on record, and over when an admin lifts it', async () => {
  const run_id = await flow.run();
  const { status, body } = await set({ run_id });
  expect([status, body]).toEqual([
    201,
    expect.objectContaining({ run_id, workflow: 'ops-deploy', set_by: 'owner@example.com', lifted_at: null }),
  ]);
  expect([await held(run_id), await inStore(run_id)]).toEqual([true, true]);
  expect((await lift(body['hold_id'])).body).toMatchObject({
    lifted_by: 'ada@example.com',
    lift_reason: 'the matter is closed',
  });
  expect([await held(run_id), await inStore(run_id)]).toEqual([false, false]);
  expect(codeOf(await lift(body['hold_id']))).toBe('conflict');
  const { writer } = service.service.control;
  const texts = (
    await read<{ record: string }>(
      'SELECT record FROM service_records WHERE run_id = {run_id:UUID} ORDER BY seq',
      { run_id },
    )
  ).map(({ record }) => record);
  expect(texts.map((text) => JSON.parse(text).kind)).toEqual(['run_registered', 'hold_set', 'hold_lifted']);
  expect(verifyChain(startChain(run_id, writer, flow.policy_version), texts).findings).toEqual([]);
});

test('a hold of a run is one in whichever letters its id is written', async () => {
  const run_id = await flow.run();
  await read('SELECT 1');
  expect(await set({ run_id: run_id.toUpperCase() })).toMatchObject({ status: 201, body: { run_id } });
  expect([await held(run_id), await inStore(run_id)]).toEqual([true, true]);
  const kinds = await read<{ kind: string }>(
    'SELECT kind FROM service_records WHERE run_id = {run_id:UUID} ORDER BY seq',
    { run_id },
  );
  expect(kinds.map(({ kind }) => kind)).toEqual(['run_registered', 'hold_set']);
});

test('a run is held as long as one of its holds is', async () => {
  const run_id = await flow.run();
  const [first, second] = [await set({ run_id }), await set({ run_id }, admin)];
  await lift(first.body['hold_id']);
  expect([await held(run_id), await inStore(run_id)]).toEqual([true, true]);
  await lift(second.body['hold_id']);
  expect([await held(run_id), await inStore(run_id)]).toEqual([false, false]);
});

test('a hold of a workflow and a period is about the runs of it, also those found later', async () => {
  const at = (day: number) => BigInt(Date.UTC(2026, 10, day)) * 1_000_000n;
  const runOf = async (day: number) => {
    const run_id = crypto.randomUUID();
    const facts = { run_id, workflow: 'ops-deploy', policy_version: flow.policy_version };
    const agent = new Agent({ ...facts, owner: 'owner@example.com', team: 'ops' }, at(day));
    agent.start();
    await collect(clickhouse, agent.rows);
    return run_id;
  };
  const [before, within] = [await runOf(1), await runOf(5)];
  const { body } = await set({ workflow: 'ops-deploy', from: '2026-11-03', to: '2026-11-10' });
  expect(body).toMatchObject({ run_id: null, from: '2026-11-03T00:00:00.000Z' });
  const [late, after] = [await runOf(6), await runOf(10)];
  expect(await Promise.all([before, within, late, after].map(held))).toEqual([false, true, true, false]);
  await findHeldRuns(service.service.deps);
  await findHeldRuns(service.service.deps);
  expect(await Promise.all([before, within, late, after].map(inStore))).toEqual([false, true, true, false]);
  const rows = await read('SELECT run_id FROM held_runs WHERE hold_id = {id:UUID}', { id: body['hold_id'] });
  // The two, and the workflow's own chain.
  expect(rows).toHaveLength(3);
  await lift(body['hold_id']);
  expect(await inStore(within)).toBe(false);
});

test('no span that claims an earlier time gets a registered run out of a hold', async () => {
  const run_id = await flow.run();
  await service.service.flush();
  const facts = { run_id, workflow: 'ops-deploy', policy_version: flow.policy_version };
  const longAgo = BigInt(Date.now() - 30 * 86_400_000) * 1_000_000n;
  const agent = new Agent({ ...facts, owner: 'owner@example.com', team: 'ops' }, longAgo);
  agent.start();
  await collect(clickhouse, agent.rows);
  const from = new Date(Date.now() - 86_400_000).toISOString();
  const { body } = await set({ workflow: 'ops-deploy', from });
  expect([await held(run_id), await inStore(run_id)]).toEqual([true, true]);
  await lift(body['hold_id']);
});

const HOUR = 3_600_000;
const ago = (hours: number) => BigInt(Date.now() - hours * HOUR) * 1_000_000n;
type Claim = readonly [start: bigint, workflow: string];
/** A run that nobody registered, of one span for each claim. */
const unregistered = async (...starts: readonly Claim[]) => {
  const run_id = crypto.randomUUID();
  const rows = starts.map(([start, workflow]) =>
    span({ start, attributes: { [TOLLGATE.runId]: run_id, [TOLLGATE.workflow]: workflow } }),
  );
  await collect(clickhouse, rows);
  return run_id;
};
/** Whether erasure and retention hold a run while this hold is set. */
const whileHeld = async (run_id: string, period: object) => {
  const { body } = await set({ workflow: 'ops-deploy', ...period });
  const both = [await held(run_id), await inStore(run_id)];
  await lift(body['hold_id']);
  return both;
};
const iso = (hours: number) => new Date(Date.now() - hours * HOUR).toISOString();

test('no span that claims an earlier time gets a run that nobody registered out of a hold', async () => {
  const run_id = await unregistered([ago(1), 'ops-deploy'], [ago(720), 'ops-deploy']);
  expect(await whileHeld(run_id, { from: iso(24) })).toEqual([true, true]);
});

test('nor one that claims another workflow, however many it claims', async () => {
  const one = await unregistered([ago(1), 'ops-deploy'], [ago(1), 'zz-other']);
  expect(await whileHeld(one, { from: iso(24) })).toEqual([true, true]);
  const others = Array.from({ length: 150 }, (_, index): Claim => [ago(1), `zz-${index}`]);
  const many = await unregistered(...others, [ago(1), 'ops-deploy']);
  expect(await whileHeld(many, { from: iso(24) })).toEqual([true, true]);
});

test('a run is held by what its record claims where its span names no workflow', async () => {
  const run_id = crypto.randomUUID();
  const record = JSON.stringify({ kind: 'run_started', seq: 0, workflow: 'ops-deploy' });
  const attributes = { [TOLLGATE.runId]: run_id, [TOLLGATE.record]: record };
  await collect(clickhouse, [span({ start: ago(1), attributes })]);
  expect(await whileHeld(run_id, { from: iso(24) })).toEqual([true, true]);
});

test('a run is held where it arrived in the period, went on into it or before it, and not where it did neither', async () => {
  const old = await unregistered([ago(720), 'ops-deploy']);
  expect(await whileHeld(old, { from: iso(1) })).toEqual([true, true]);
  expect(await whileHeld(old, { from: iso(800), to: iso(700) })).toEqual([true, true]);
  expect(await whileHeld(old, { from: iso(700), to: iso(100) })).toEqual([false, false]);
  const long = await unregistered([ago(720), 'ops-deploy'], [ago(480), 'ops-deploy']);
  expect(await whileHeld(long, { from: iso(600), to: iso(500) })).toEqual([true, true]);
  expect(await whileHeld(long, { from: iso(400), to: iso(300) })).toEqual([false, false]);
  expect(await whileHeld(await unregistered([ago(1), 'zz-other']), { from: iso(24) })).toEqual([
    false,
    false,
  ]);
});

test('who may: its owner and admins set one, admins lift it, and another team knows nothing of it', async () => {
  const run_id = await flow.run();
  const other = await service.person('otto@example.com', ['owner'], ['ops']);
  const elsewhere = await service.person('eve@example.com', ['owner', 'admin'], ['sales']);
  expect(codeOf(await set({ run_id }, other))).toBe('forbidden');
  expect(codeOf(await set({ run_id }, elsewhere))).toBe('not_found');
  const { body } = await set({ run_id });
  expect(codeOf(await lift(body['hold_id'], flow.owner))).toBe('forbidden');
  expect(codeOf(await lift(body['hold_id'], elsewhere))).toBe('not_found');
  const list = async (token: string) =>
    (await service.call(token, 'GET', `/v1/holds?run_id=${run_id}&state=live`)).body['items'];
  expect(await list(flow.owner)).toHaveLength(1);
  expect(await list(elsewhere)).toEqual([]);
});

test('what is no run, no period or no reason is refused, and leaves nothing', async () => {
  const count = async () => (await service.call(admin, 'GET', '/v1/holds?limit=200')).body['items'];
  const before = await count();
  for (const body of [
    { run_id: 'x' },
    { workflow: 'ops-deploy', from: '2026-11-10', to: '2026-11-10' },
    { workflow: 'ops-deploy', reason: ' ' },
    { run_id: crypto.randomUUID(), workflow: 'ops-deploy' },
    {},
  ])
    expect([body, codeOf(await set(body))]).toEqual([body, 'invalid_request']);
  expect(codeOf(await set({ run_id: crypto.randomUUID() }))).toBe('not_found');
  expect(codeOf(await set({ workflow: 'nobody-knows' }))).toBe('workflow_not_registered');
  expect(await count()).toEqual(before);
});

test('pages of holds are whole and disjoint', async () => {
  const run_id = await flow.run();
  for (let index = 0; index < 5; index += 1) await set({ run_id });
  const ids: unknown[] = [];
  let cursor = '';
  for (;;) {
    const { body } = await service.call(admin, 'GET', `/v1/holds?run_id=${run_id}&limit=2${cursor}`);
    ids.push(...(body['items'] as { hold_id: string }[]).map(({ hold_id }) => hold_id));
    if (body['next_cursor'] === null) break;
    cursor = `&cursor=${body['next_cursor']}`;
  }
  expect(ids).toHaveLength(5);
  expect(ids).toEqual([...new Set(ids)].sort().reverse());
});
