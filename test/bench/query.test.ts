import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { evidenceAnswer } from '../../packages/query-service/src/evidence/read-evidence.ts';
import { evaluateControls } from '../../packages/query-service/src/flags/evaluate.ts';
import { evaluationTables } from '../../packages/query-service/src/flags/tables.ts';
import { BenchStore } from './ingest/store.ts';
import { addRuns, makeDefaultTable, type Prepared } from './query/data/prepare.ts';
import { runsSql, VIOLATIONS, violationOf } from './query/data/run-sql.ts';
import { type BenchService, startBenchService } from './query/service.ts';

const RUNS = 105;
const DAY = 86_400n * 1_000_000_000n;
const now = BigInt(Date.now()) * 1_000_000n;

let store: BenchStore;
let service: BenchService;
let prepared: Prepared;

beforeAll(async () => {
  store = await BenchStore.open(await mkdtemp(join(tmpdir(), 'tollgate-bench-')));
  await makeDefaultTable(store);
  service = await startBenchService(store, now - 92n * DAY);
  prepared = await addRuns(store, service, { from: 0, to: RUNS, now }, () => undefined);
}, 120_000);

afterAll(async () => {
  await service.close();
  await store.close();
});

/** What every installation of this kind has: refusals are told of, and nobody reviews these samples. */
const BESIDE = ['refused_actions', 'unreviewed_sample', 'incident_path_reached'];

test('the real evaluator finds in the generated runs what was planted, and nothing else', {
  timeout: 120_000,
}, async () => {
  const planted = await evaluationTables(service.control.db)
    .selectFrom('flags')
    .select(['control', 'run_id'])
    .execute();
  const runs = await store.rows<{ run_id: string }>(
    `SELECT run_id FROM (${runsSql(prepared.stage, service.versions)}) ORDER BY r`,
  );
  const wanted = runs.flatMap(({ run_id }, run) => {
    const violation = violationOf(run);
    return violation === undefined ? [] : [`${VIOLATIONS[violation]} ${run_id}`];
  });
  expect(wanted).toHaveLength(5);
  const named = (flags: readonly { control: string; run_id: string | null }[]) =>
    flags.map(({ control, run_id }) => `${control} ${run_id}`).sort();
  expect(named(planted)).toEqual(wanted.toSorted());
  // An hour later, when what is missing counts as missing. What it knows of planted flags has no finding under their keys.
  service.at(now + DAY);
  await evaluateControls(service.deps, { since: 0n });
  service.at(undefined);
  const flags = await evaluationTables(service.control.db)
    .selectFrom('flags')
    .select(['control', 'run_id', 'summary'])
    .where('state', '=', 'open')
    .where('control', 'not in', BESIDE)
    .execute();
  expect([...new Set(named(flags))]).toEqual(wanted.toSorted());
});

test('a run of them has a chain that holds, and costs what its tokens cost', async () => {
  const [run] = await store.rows<{ run_id: string }>(
    `SELECT run_id FROM (${runsSql(prepared.stage, service.versions)}) WHERE final_status = 'completed' LIMIT 1`,
  );
  const answer = await fetch(`${service.url}/v1/runs/${run?.run_id}/evidence`, {
    headers: { authorization: `Bearer ${service.token}` },
  });
  const evidence = evidenceAnswer.parse(await answer.json());
  expect(evidence.chain).toMatchObject({ whole: true, unproven: [] });
  const costs = evidence.model_calls.map(({ input_tokens, cache_read_tokens, output_tokens }) => {
    const cached = cache_read_tokens ?? 0;
    return ((input_tokens ?? 0) - cached) * 2.5 + cached * 1.25 + (output_tokens ?? 0) * 10;
  });
  expect(Number(evidence.cost.usd) * 1e6).toBeCloseTo(
    costs.reduce((sum, cost) => sum + cost, 0),
    3,
  );
});
