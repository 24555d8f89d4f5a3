/**
 * What the keys are worth: `node --conditions=tollgate-source scripts/explain.ts [--spans N]`.
 *
 * Fills a store of its own with runs over 90 days, asks each question that the keys were chosen for, and prints how
 * many granules `EXPLAIN indexes = 1` selects, and how many rows were then read. The README has the figures of one run.
 */
import { parseArgs } from 'node:util';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { DATABASE } from '../src/index.ts';
import { startTestClickHouse } from '../src/testing.ts';

const SPANS_OF_A_RUN = 20;
const DAYS = 90;

const { values } = parseArgs({ options: { spans: { type: 'string', default: '500000' } } });
const spans = z.coerce.number().int().min(1000).parse(values.spans);
const runs = Math.ceil(spans / SPANS_OF_A_RUN);

/** The n-th run's id: known beforehand, and scattered as ids are. */
const RUN = (run: string) => `reinterpretAsUUID(sipHash128('run', ${run}))`;

/** Each run: a start, then model calls and tool calls in turn, each with a record and some content. */
const LANDED = `
  WITH intDiv(number, ${SPANS_OF_A_RUN}) AS run, number % ${SPANS_OF_A_RUN} AS step, toString(${RUN('run')}) AS run_id,
    if(step = 0, 'run_started', if(step % 2 = 1, 'model_called', 'tool_finished')) AS kind
  SELECT
    now64(9) - toIntervalSecond(intDiv(run * ${DAYS * 86_400}, ${runs})) + toIntervalSecond(step) AS Timestamp,
    lower(hex(sipHash128('trace', run))) AS TraceId, lower(hex(sipHash64('span', number))) AS SpanId, '' AS ParentSpanId,
    '' AS TraceState, kind AS SpanName, 'Internal' AS SpanKind, 'agent' AS ServiceName,
    map('service.instance.id', 'p', 'tollgate.principal', 'ci') AS ResourceAttributes, 'sdk' AS ScopeName, '1' AS ScopeVersion,
    mapFilter((k, v) -> v != '', map('tollgate.run.id', run_id, 'tollgate.workflow', concat('workflow-', toString(run % 40)),
      'gen_ai.operation.name', if(kind = 'model_called', 'chat', ''), 'gen_ai.usage.input_tokens', if(kind = 'model_called', '900', ''),
      'gen_ai.usage.output_tokens', if(kind = 'model_called', '80', ''), 'gen_ai.request.model', 'large',
      'gen_ai.input.messages', repeat('content ', 40),
      'tollgate.record', concat('{"kind":"', kind, '","seq":', toString(step), ',"call_id":"c', toString(step), '"}')))
      AS SpanAttributes,
    toUInt64(1000000) AS Duration, 'Ok' AS StatusCode, '' AS StatusMessage
  FROM numbers({from:UInt64}, {count:UInt64})`;
const COLUMNS =
  'Timestamp, TraceId, SpanId, ParentSpanId, TraceState, SpanName, SpanKind, ServiceName, ResourceAttributes, ScopeName, ScopeVersion, SpanAttributes, Duration, StatusCode, StatusMessage';

const FLAGS = `
  INSERT INTO flags (flag_id, workflow, state, at)
  SELECT toString(number), concat('workflow-', toString(number % 40)), if(number % 20 = 0, 'open', 'resolved'), now64(9) - toIntervalMinute(number)
  FROM numbers(20000)`;
const SAMPLES = `
  INSERT INTO samples (sample_id, run_id, workflow, due_at)
  SELECT toString(number), ${RUN('number')}, concat('workflow-', toString(number % 40)), now64(9) + toIntervalMinute(1000 - number)
  FROM numbers(100000)`;

const QUESTIONS: Readonly<Record<string, string>> = {
  "one run's evidence": `SELECT record FROM evidence_records WHERE run_id = ${RUN('7')}`,
  "one run's spans": `SELECT * FROM spans WHERE run_id = ${RUN('7')}`,
  "one run's content": `SELECT * FROM span_content WHERE run_id = ${RUN('7')}`,
  "one run's tool calls": `SELECT * FROM tool_calls WHERE run_id = ${RUN('7')}`,
  "one run's counted calls": `SELECT cost FROM counted_model_calls WHERE run_id = ${RUN('7')}`,
  "one run's calls, workflow known": `SELECT cost FROM model_calls WHERE workflow = 'workflow-7' AND run_id = ${RUN('7')}`,
  "one workflow's calls of 7 days": `SELECT toDate(start), count() FROM model_calls WHERE workflow = 'workflow-7' AND start >= now() - INTERVAL 7 DAY GROUP BY 1`,
  'all calls of 7 days':
    'SELECT toDate(start), count() FROM model_calls WHERE start >= now() - INTERVAL 7 DAY GROUP BY 1',
  "one workflow's overdue samples": `SELECT sample_id FROM samples WHERE workflow = 'workflow-7' AND due_at < now()`,
  'all overdue samples': 'SELECT sample_id FROM samples WHERE due_at < now()',
  'one flag': `SELECT * FROM flags WHERE flag_id = '7'`,
  'open flags': `SELECT flag_id FROM current_flags WHERE state = 'open'`,
  'one row of runs': `SELECT * FROM runs WHERE run_id = ${RUN('7')}`,
};

/** Asked before days are rolled up, after, and after a call of an old day arrived late. */
const COSTS = `
  SELECT day, workflow, sum(calls), sum(unpriced_calls), sum(cost)
  FROM counted_costs(from = toStartOfDay(now('UTC') - INTERVAL ${DAYS} DAY), to = toStartOfDay(now('UTC'))) GROUP BY day, workflow`;

type Selected = { granules: number; of: number };
type Figures = Selected & { rows: number; table: string };

/** What is left after the last index of each read, added up over the tables of a question. */
async function explain(client: ClickHouseClient, question: string): Promise<Selected & { table: string }> {
  const answer = await client.query({ query: `EXPLAIN indexes = 1 ${question}`, format: 'TabSeparatedRaw' });
  const lines = (await answer.text()).split('\n');
  const reads: (Selected & { table: string })[] = [];
  for (const line of lines) {
    const [, table] = /ReadFromMergeTree \((?:\w+\.)?(\w+)\)/.exec(line) ?? [];
    if (table !== undefined) reads.push({ table, granules: 0, of: 0 });
    const [, selected, total] = /Granules: (\d+)\/(\d+)/.exec(line) ?? [];
    const last = reads.at(-1);
    if (selected === undefined || last === undefined) continue;
    last.granules = Number(selected);
    last.of = Math.max(last.of, Number(total));
  }
  return {
    table: reads.map(({ table }) => table).join(' + '),
    granules: reads.reduce((sum, { granules }) => sum + granules, 0),
    of: reads.reduce((sum, { of }) => sum + of, 0),
  };
}

const summary = z.object({ read_rows: z.coerce.number() });

async function ask(client: ClickHouseClient, question: string): Promise<Figures> {
  const selected = await explain(client, question);
  const answer = await client.query({
    query: question,
    format: 'JSONCompactEachRow',
    clickhouse_settings: { wait_end_of_query: 1, use_query_cache: 0 },
  });
  await answer.text();
  const header = z.string().parse(answer.response_headers['x-clickhouse-summary']);
  return { ...selected, rows: summary.parse(JSON.parse(header)).read_rows };
}

async function fill(client: ClickHouseClient): Promise<void> {
  const batch = 50_000;
  for (let from = 0; from < runs * SPANS_OF_A_RUN; from += batch) {
    await client.command({
      query: `INSERT INTO otlp_spans (${COLUMNS}) ${LANDED}`,
      query_params: { from, count: Math.min(batch, runs * SPANS_OF_A_RUN - from) },
    });
  }
  for (const query of [FLAGS, SAMPLES]) await client.command({ query });
  for (const table of [
    'spans',
    'span_content',
    'evidence_records',
    'model_calls',
    'tool_calls',
    'samples',
    'flags',
  ])
    await client.command({ query: `OPTIMIZE TABLE ${DATABASE}.${table} FINAL` });
}

const columnRow = z.object({ name: z.string() });

/**
 * What the query service does over time, at once: each closed day becomes one row, from what the view gives by rows, and
 * the last pass is said to have been later than all rows, as if they had been quiet since.
 */
async function rollUp(client: ClickHouseClient): Promise<void> {
  const answer = await client.query({
    query: `SELECT substring(name, 8) AS name FROM system.columns WHERE table = 'cost_days' AND startsWith(name, 'groups.')`,
    format: 'JSONEachRow',
  });
  const names = z
    .array(columnRow)
    .parse(await answer.json())
    .map(({ name }) => name);
  for (let day = 1; day <= DAYS; day += 1)
    await client.command({
      query: `
        INSERT INTO cost_days (day, version, open, ${names.map((name) => `groups.${name}`).join(', ')})
        SELECT c.day, now64(9), false, ${names.map((name) => `groupArray(c.${name})`).join(', ')}
        FROM counted_costs(from = toStartOfDay(now('UTC') - INTERVAL ${day} DAY), to = toStartOfDay(now('UTC') - INTERVAL ${day - 1} DAY)) AS c
        GROUP BY c.day`,
    });
  await client.command({
    query: `INSERT INTO cost_days (day, version, open) SELECT toDate(0), now64(9) + INTERVAL 1 HOUR, true`,
  });
}

/** The same call as one of 45 days ago, from another scope, as if it had arrived after that pass. */
const LATE = `
  INSERT INTO model_calls SELECT * REPLACE ('late' AS scope_name, span_hash + 1 AS span_hash, now64(9) + INTERVAL 2 HOUR AS received_at)
  FROM model_calls WHERE toDate(start) = toDate(now() - INTERVAL 45 DAY) LIMIT 1`;

const COST_QUESTIONS: readonly (readonly [string, (client: ClickHouseClient) => Promise<unknown>])[] = [
  ['from rows', async () => undefined],
  ['rolled up', rollUp],
  ['rolled up, one old day changed', (client) => client.command({ query: LATE })],
];

const store = await startTestClickHouse();
try {
  await fill(store.clients.owner);
  process.stdout.write(`${runs * SPANS_OF_A_RUN} spans of ${runs} runs over ${DAYS} days\n\n`);
  process.stdout.write(
    '| question | tables read | granules selected | rows read |\n| --- | --- | --- | --- |\n',
  );
  for (const [name, question] of Object.entries(QUESTIONS)) {
    const { table, granules, of, rows } = await ask(store.clients.reader, question);
    process.stdout.write(`| ${name} | ${table} | ${granules} of ${of} | ${rows} |\n`);
  }
  process.stdout.write(`\n| costs by workflow and day over ${DAYS} days | rows read |\n| --- | --- |\n`);
  for (const [name, prepare] of COST_QUESTIONS) {
    await prepare(store.clients.owner);
    const { rows } = await ask(store.clients.reader, COSTS);
    process.stdout.write(`| ${name} | ${rows} |\n`);
  }
} finally {
  await store.close();
}
