import { randomUUID } from 'node:crypto';
import type { ClickHouse } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { land, type Row, row } from '../../../clickhouse/test/support/landing.ts';
import { readCoverage, readPopulation } from '../../src/controls/coverage.ts';
import { setLastEvaluation } from '../../src/flags/last-evaluation.ts';
import type { PersonIdentity } from '../../src/identity/identity.ts';
import { storeTime } from '../../src/records/store-time.ts';
import { seconds } from '../../src/state/time.ts';
import { startService, type TestService } from '../support/service.ts';

const MIDNIGHT = '2026-02-01T00:00:00.000Z';
const HOUR = seconds(3600);
const at = (hours: number) => BigInt(Date.parse(MIDNIGHT)) * 1_000_000n + BigInt(hours) * HOUR;
const AUDITOR: PersonIdentity = {
  ...{ kind: 'person', person_id: 'p', name: 'p@example.com', display_name: 'P', groups: [] },
  ...{ roles: ['auditor'], teams: ['*'], reads_content: false, session_id: undefined },
};

let store: ClickHouse;
let service: TestService;
beforeAll(async () => {
  store = await startTestClickHouse();
  const { reader, service: writer } = store.clients;
  service = await startService({ store: { reader, service: writer }, background: [] });
  await setLastEvaluation(service.service, service.service.deps.clock() + 2n * HOUR);
});
afterAll(async () => {
  await service?.close();
  await store?.close();
});

/** A report of a call, of a workflow that nobody registered. */
const report = (workflow: string, run_id: string, hours: number, said: Record<string, unknown>): Row =>
  row({
    Timestamp: at(hours).toString(),
    SpanAttributes: {
      ...{ 'tollgate.run.id': run_id, 'tollgate.workflow': workflow },
      'tollgate.record': JSON.stringify({ workflow, call_id: 'c', tool: 'deploy', action_class: 3, ...said }),
    },
  });
const DECIDED = { kind: 'gate_decided', enforcement: 'executed' };
const FINISHED = { kind: 'tool_finished', enforcement: 'executed', outcome: 'succeeded' };

const flagRow = (workflow: string, run_id: string, hours: number) => ({
  ...{ flag_id: randomUUID(), identity: '', control: 'approval_matches', severity: 'critical', workflow },
  ...{
    run_id,
    owner: 'o',
    team: '',
    state: 'open',
    at: storeTime(at(hours)),
    raised_at: storeTime(at(hours)),
  },
  ...{ due_at: null, summary: '', evidence: JSON.stringify({ call_id: 'c' }), actor: '', note: '' },
  ...{ cleared_because: '', record_hash: '' },
});
const raise = (...values: ReturnType<typeof flagRow>[]) =>
  store.clients.service.insert({ table: 'flags', values, format: 'JSONEachRow' });

async function approvals(
  workflow: string,
  period: { from?: string; to?: string } = {},
  deps = service.service.deps,
) {
  const { items } = await readCoverage(deps, AUDITOR, { ...period, workflow });
  const { population, passed, failed, unknown } =
    items.find((one) => one.control === 'approval_matches') ?? {};
  return population === undefined ? undefined : { passed, failed, unknown };
}
const PASSED = { passed: 1, failed: 0, unknown: 0 };
const FAILED = { passed: 0, failed: 1, unknown: 0 };

test('a call that goes on over midnight is of the day on which it began, and of no other', async () => {
  const run = randomUUID();
  await land(store, [report('overnight', run, -1, DECIDED), report('overnight', run, 1, FINISHED)]);
  expect(await approvals('overnight', { to: MIDNIGHT })).toEqual(PASSED);
  expect(await approvals('overnight', { from: MIDNIGHT })).toBeUndefined();
  expect(await approvals('overnight')).toEqual(PASSED);
});

test('a call fails in a period that it began in by a clock that is ahead, though its flag was raised before', async () => {
  const run = randomUUID();
  await land(store, [report('ahead', run, 1, FINISHED)]);
  await raise(flagRow('ahead', run, -2));
  expect(await approvals('ahead', { from: MIDNIGHT })).toEqual(FAILED);
});

test('a call that names another tool and class in the end counts as the highest of them', async () => {
  const run = randomUUID();
  const lowered = { ...FINISHED, tool: 'search_repo', action_class: 1 };
  await land(store, [report('renamed', run, 1, DECIDED), report('renamed', run, 2, lowered)]);
  expect(await approvals('renamed')).toEqual(PASSED);
  const unsaid = { ...FINISHED, action_class: null };
  const bare = randomUUID();
  await land(store, [
    report('unsaid', bare, 1, { ...DECIDED, action_class: 1 }),
    report('unsaid', bare, 2, unsaid),
  ]);
  expect(await approvals('unsaid')).toEqual(PASSED);
});

test('of two flags of a call the first stands for both, whichever the store reads first', async () => {
  const run = randomUUID();
  await land(store, [report('twice', run, 1, FINISHED)]);
  const flags = Array.from({ length: 20 }, (_, nth) =>
    flagRow(nth === 7 ? 'twice' : 'elsewhere', run, 30 - (nth % 8)),
  );
  const first = { ...flags[7], raised_at: storeTime(at(2)) } as ReturnType<typeof flagRow>;
  await raise(...flags.with(7, first));
  const { items } = await readPopulation(service.service.deps, AUDITOR, 'approval_matches', {
    ...{ workflow: 'twice', limit: 5 },
  });
  expect(items).toMatchObject([{ run_id: run, unit: 'c', result: 'failed', flag_id: first.flag_id }]);
});

test('what an evaluation finds while the list is read does not pass meanwhile', async () => {
  const run = randomUUID();
  await land(store, [report('meanwhile', run, 1, FINISHED)]);
  const { deps, control } = service.service;
  await setLastEvaluation(deps, 0n);
  const evaluate = async () => {
    await control.change((change) => change.row('flags', flagRow('meanwhile', run, 2)));
    await setLastEvaluation(deps, deps.clock() + 2n * HOUR);
  };
  let reads = 0;
  const db = control.db.withPlugin({
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => {
      reads += 1;
      if (reads === 1) await evaluate();
      return result;
    },
  });
  const reading = { ...deps, control: Object.create(control, { db: { value: db } }) };
  expect(await approvals('meanwhile', {}, reading)).toEqual({ passed: 0, failed: 0, unknown: 1 });
});
