import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { costsAnswer } from '../../packages/query-service/src/costs/read-costs.ts';
import { evidenceAnswer } from '../../packages/query-service/src/evidence/read-evidence.ts';
import { evaluateControls } from '../../packages/query-service/src/flags/evaluate.ts';
import { evaluationTables } from '../../packages/query-service/src/flags/tables.ts';
import { listOf } from '../../packages/query-service/src/http/page.ts';
import { runAnswer } from '../../packages/query-service/src/runs/read-runs.ts';
import { BenchStore } from './ingest/store.ts';
import { DEFAULT_TABLE } from './query/data/exporter-table.ts';
import { addRuns, makeDefaultTable, type Prepared } from './query/data/prepare.ts';
import { runsSql, VIOLATIONS, violationOf } from './query/data/run-sql.ts';
import { benchQuery } from './query/query.ts';
import { COSTS_OF_SPANS } from './query/reads/costs.ts';
import { SPANS_OF_TRACE } from './query/reads/evidence.ts';
import { ALL_VIOLATIONS } from './query/reads/flags.ts';
import { type BenchService, readerOf, startBenchService } from './query/service.ts';

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

const ask = async (path: string): Promise<unknown> => {
  const answer = await fetch(`${service.url}${path}`, {
    headers: { authorization: `Bearer ${service.token}` },
  });
  expect(answer.status, path).toBe(200);
  return answer.json();
};

/** What somebody with only the exporter's table is told. */
async function theirs<Row>(query: string, query_params: Record<string, unknown> = {}): Promise<Row[]> {
  const client = readerOf(store);
  const answer = await client.query({ query, query_params, format: 'JSONEachRow' });
  const rows = await answer.json<Row>();
  await client.close();
  return rows;
}

test('the default table says the same of evidence, violations and costs', async () => {
  const [span] = await theirs<{ TraceId: string; run: string }>(
    `SELECT TraceId, SpanAttributes['tollgate.run.id'] AS run FROM ${DEFAULT_TABLE} LIMIT 1`,
  );
  const spans = await theirs<{ SpanAttributes: Record<string, string> }>(SPANS_OF_TRACE, {
    trace: span?.TraceId,
  });
  const evidence = evidenceAnswer.parse(await ask(`/v1/runs/${span?.run}/evidence`));
  const records = spans.flatMap(({ SpanAttributes }) => SpanAttributes['tollgate.record'] ?? []);
  expect(
    evidence.timeline.flatMap(({ source, record }) => (source === 'agent' ? [record] : [])).sort(),
  ).toEqual(records.toSorted());
  expect(records.length).toBeGreaterThan(5);

  const violations = await theirs<{ control: string; run: string }>(ALL_VIOLATIONS, {
    workflow: '',
    before: '4102444800.000',
  });
  const runs = await store.rows<{ run_id: string }>(
    `SELECT run_id FROM (${runsSql(prepared.stage, service.versions)}) ORDER BY r`,
  );
  const planted = runs.flatMap(({ run_id }, run) => {
    const violation = violationOf(run);
    return violation === undefined ? [] : [`${VIOLATIONS[violation]} ${run_id}`];
  });
  expect(violations.map(({ control, run }) => `${control} ${run}`).sort()).toEqual(planted.sort());

  const costs = await theirs<{ workflow: string; day: string; usd: string }>(COSTS_OF_SPANS, {
    from: '2020-01-01 00:00:00',
    team: '',
  });
  const ours = costsAnswer.parse(await ask('/v1/costs?group_by=workflow,day'));
  const told = (rows: readonly { workflow?: string | undefined; day?: string | undefined; usd: string }[]) =>
    rows.map(({ workflow, day, usd }) => `${workflow} ${day} ${Number(usd).toFixed(9)}`).sort();
  expect(told(ours.items.map(({ cost_usd, ...item }) => ({ ...item, usd: cost_usd })))).toEqual(told(costs));
  expect(costs.length).toBeGreaterThan(50);
});

test('pages of runs are all runs, the newest first, however far apart they started', async () => {
  const list = listOf(runAnswer);
  const walked: string[] = [];
  for (let cursor = ''; ; ) {
    const page = list.parse(await ask(`/v1/runs?limit=7${cursor}`));
    walked.push(...page.items.map(({ run_id }) => run_id));
    if (page.next_cursor === null) break;
    cursor = `&cursor=${page.next_cursor}`;
  }
  const spans = await theirs<{ run: string }>(
    `SELECT SpanAttributes['tollgate.run.id'] AS run FROM ${DEFAULT_TABLE} GROUP BY run ORDER BY min(Timestamp) DESC`,
  );
  expect(walked).toEqual(spans.map(({ run }) => run));
  const workflow = list.parse(await ask('/v1/runs?limit=200&workflow=sales-digest'));
  expect(workflow.items.map(({ run_id }) => run_id)).toEqual(
    (
      await theirs<{ run: string }>(
        `SELECT SpanAttributes['tollgate.run.id'] AS run FROM ${DEFAULT_TABLE} WHERE SpanAttributes['tollgate.workflow'] = 'sales-digest' GROUP BY run ORDER BY min(Timestamp) DESC`,
      )
    ).map(({ run }) => run),
  );
});

test('a tiny run measures every read of both sides and prints every result', {
  timeout: 180_000,
}, async () => {
  const lines: string[] = [];
  const results = await benchQuery((line) => lines.push(line), {
    only: undefined,
    spans: 1_000,
    reads: 2,
    data: undefined,
    settle: false,
  });
  const compared = ['evidence', 'flags', 'costs', 'runs'].flatMap((name) => [
    `${name}_p95_ms`,
    `${name}_over_default_table`,
    `${name}_growth`,
  ]);
  expect(Object.keys(results)).toEqual([...compared, 'coverage_p95_ms', 'coverage_growth']);
  for (const value of Object.values(results)) expect(value).toBeGreaterThan(0);
  expect(lines.join('\n').match(/^ {2}(ours|default table) /gm)).toHaveLength(18);
});
