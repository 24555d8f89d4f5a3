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
} finally {
  await store.close();
}
