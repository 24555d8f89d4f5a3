import { randomUUID } from 'node:crypto';
import { type ClickHouse, DATABASE } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { land } from '../../../clickhouse/test/support/landing.ts';
import {
  MODEL,
  PRICES,
  type Report,
  report,
  seedPrices,
  setPrice,
} from '../../../clickhouse/test/support/model-call.ts';
import { COUNTED_CALLS } from '../../src/controls/counted-calls.ts';
import { runCosts, sumOfCalls } from '../../src/costs/run-costs.ts';
import { readModelCalls } from '../../src/evidence/model-calls.ts';
import { PageReads } from '../../src/flags/page-reads.ts';

let store: ClickHouse;
beforeAll(async () => {
  store = await startTestClickHouse();
  await seedPrices(store);
  await store.clients.owner.command({ query: `SYSTEM STOP MERGES ${DATABASE}.model_calls` });
});
afterAll(() => store.close());

const ALWAYS = { first: 0n, last: BigInt(Date.UTC(2200, 0)) * 1_000_000n };

/** Of a kind that makes scopes agree, disagree, nest and lack what they could say; some of them known to report an SDK's calls. */
const said = fc.record({
  scope: fc.constantFrom(
    '@opentelemetry/instrumentation-openai',
    '@opentelemetry/instrumentation-openai',
    'ai',
    'b',
  ),
  id: fc.constantFrom(undefined, 'r1', 'r2'),
  at: fc.integer({ min: 0, max: 6 }),
  input: fc.constantFrom('', '100', '200'),
  output: fc.constantFrom('', '50'),
  process: fc.constantFrom('', 'p1'),
});
const runOfReports = fc.tuple(fc.array(said, { minLength: 1, maxLength: 6 }), fc.boolean());

test('what is read of a run is what the view says, whether one scope reported its calls or several, and whatever they were repriced to', {
  timeout: 120_000,
}, async () => {
  const drawn = fc.sample(runOfReports, { numRuns: 40, seed: 8 });
  const runs = drawn.map(([reports, one]) => ({
    run: randomUUID(),
    reports: one ? reports.map((each) => ({ ...each, scope: reports[0]?.scope ?? '' })) : reports,
  }));
  const rows = runs.flatMap(({ run, reports }) =>
    reports.map(({ id, ...each }) =>
      report({ ...each, run, ...(id === undefined ? {} : { id }) } satisfies Report),
    ),
  );
  await land(store, rows);
  // Copies that nothing has merged yet are no calls of their own, and what the first was priced at stays, whatever prices are now.
  await setPrice(store, MODEL.model, [{ rates: { ...PRICES, input: '9' }, price_version: 'test/2' }]);
  await land(store, rows.slice(0, rows.length / 2));
  await reprice(runs.filter((_, index) => index % 4 === 0).map(({ run }) => run));
  const deps = { store: { reader: store.clients.reader, service: store.clients.service } };
  const costs = await runCosts(
    deps,
    runs.map(({ run }) => run),
    ALWAYS,
  );
  await evaluationReadsTheSame(runs.map(({ run }) => run));
  const scopes = new Set<number>();
  let repriced = 0;
  for (const { run, reports } of runs) {
    const calls = await readModelCalls(deps, run, ALWAYS);
    const got = calls
      .map(({ span_id, counted, why, cost_source, price_version, cost_usd }) => ({
        ...{ span_id, counted, why, cost_source, price_version },
        cost: cost_usd === null ? null : Number(cost_usd),
      }))
      .sort(bySpan);
    expect(got, JSON.stringify(reports)).toEqual((await ofView(run)).sort(bySpan));
    const counted = calls.filter((call) => call.counted);
    expect(costs.get(run)).toMatchObject({
      calls: counted.length,
      unpriced_calls: counted.filter(({ cost_usd }) => cost_usd === null).length,
    });
    expect(costs.get(run)).toEqual(sumOfCalls(counted.map(({ cost_usd }) => cost_usd)));
    for (const { price_version } of calls) if (price_version === 'later') repriced += 1;
    scopes.add(new Set(reports.map(({ scope }) => scope)).size);
  }
  expect([...scopes].sort()).toEqual([1, 2, 3]);
  expect(repriced).toBeGreaterThan(10);
});

/** Gives every second report of these runs a new price. */
const reprice = (runs: readonly string[]) =>
  store.clients.owner.command({
    query: `INSERT INTO ${DATABASE}.model_call_repricings (run_id, trace_id, span_id, span_hash, cost, price_version)
      SELECT run_id, trace_id, span_id, span_hash, 7, 'later' FROM ${DATABASE}.model_calls
      WHERE run_id IN {runs:Array(UUID)} AND (rowNumberInAllBlocks() % 2 = 0 OR run_id = {first:UUID})`,
    query_params: { runs, first: runs[0] },
  });

/** What evaluation reads of all of them together is what the view's own query says. */
async function evaluationReadsTheSame(runs: readonly string[]): Promise<void> {
  const deps = { store: { reader: store.clients.reader, service: store.clients.service } };
  const answer = await store.clients.reader.query({
    query: COUNTED_CALLS,
    query_params: { runs },
    format: 'JSONEachRow',
  });
  const texts = (rows: readonly unknown[]) => rows.map((each) => JSON.stringify(each)).sort();
  const read = await new PageReads(deps, { runs }).rows(COUNTED_CALLS);
  expect(texts(read)).toEqual(texts(await answer.json()));
  expect(read.length).toBeGreaterThan(runs.length / 2);
}

const bySpan = (a: { span_id: string }, b: { span_id: string }) => a.span_id.localeCompare(b.span_id);

async function ofView(run: string) {
  const answer = await store.clients.reader.query({
    query: `SELECT lower(hex(span_id)) AS span_id, CAST(counted, 'Bool') AS counted, why,
      toString(cost_source) AS cost_source, price_version, toFloat64(cost) AS cost FROM ${DATABASE}.model_call_reports WHERE run_id = {run:UUID}`,
    query_params: { run },
    format: 'JSONEachRow',
  });
  return answer.json<{ span_id: string }>();
}
