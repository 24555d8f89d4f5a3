import { type ClickHouse, priceBookRow } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { priceEntry } from '@tollgate/contract';
import { collect, type LandingRow, span } from '../flags/agent.ts';

/** Three days, long past, so that each is over. */
export const DAYS = ['2026-01-14', '2026-01-15', '2026-01-16'] as const;
export type Range = { readonly from: string; readonly to: string };
export const RANGE: Range = { from: '2026-01-14 00:00:00', to: '2026-01-17 00:00:00' };

export interface Call {
  readonly run: string;
  /** Hours after the first of the days began. */
  readonly hour: number;
  readonly id: string;
  readonly scope?: string;
  readonly model?: string;
  readonly workflow?: string;
  readonly output?: number;
  readonly principal?: string;
}

const FIRST = BigInt(Date.parse(DAYS[0])) * 1_000_000n;

/** A model call as a stock library reports it. Equal calls are equal spans. */
export function callSpan({ run, hour, id, scope = 'sdk', ...said }: Call): LandingRow {
  const { model = 'large', workflow = 'triage', output = 50, principal = 'ops-agent' } = said;
  return span({
    ...{ name: `chat ${model}`, scope, principal },
    start: FIRST + BigInt(Math.round(hour * 3600)) * 1_000_000_000n,
    trace_id: run.replaceAll('-', ''),
    span_id: Buffer.from(`${scope}:${id}`.padEnd(8, '0')).toString('hex').slice(0, 16),
    attributes: {
      ...{ 'tollgate.run.id': run, 'tollgate.workflow': workflow, 'tollgate.team': 'ops' },
      ...{ 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'acme', 'gen_ai.request.model': model },
      ...{ 'gen_ai.usage.input_tokens': '100', 'gen_ai.usage.output_tokens': String(output) },
      'gen_ai.response.id': id,
    },
  });
}

export const deps = ({ clients }: ClickHouse) => ({
  store: { reader: clients.reader, service: clients.service },
});

/** A store that knows the price of the model `large`, and of no other. */
export async function pricedStore(): Promise<ClickHouse> {
  const clickhouse = await startTestClickHouse();
  const priced = { provider: 'acme', model: 'large' };
  const none = { cache_read: null, cache_creation: null, cache_creation_1h: null, reasoning: null };
  const rates = { input: '0.000001', output: '0.000002', ...none };
  const entries = [priceEntry({ priced: 'acme/large', price_version: 'test/1', origin: 'list', rates })];
  const row = priceBookRow({ ...priced, priced, entries });
  await clickhouse.clients.service.insert({ table: 'price_book', values: [row], format: 'JSONEachRow' });
  return clickhouse;
}

export const land = (clickhouse: ClickHouse, calls: readonly Call[]): Promise<void> =>
  collect(clickhouse, calls.map(callSpan));

/** A price for every call that has none, as the service adds it later. */
export async function reprice({ clients }: ClickHouse, usd: string, version: string): Promise<void> {
  await clients.service.command({
    query: `
      INSERT INTO model_call_repricings (run_id, trace_id, span_id, span_hash, cost, price_version)
      SELECT run_id, trace_id, span_id, span_hash, toDecimal128({usd:String}, 15), {version:String}
      FROM model_calls WHERE cost IS NULL`,
    query_params: { usd, version },
  });
}

/** Columns that say when something was written, by table. */
const ROWS = { model_calls: ['received_at'], model_call_repricings: ['received_at'] } as const;
const TIMES = { ...ROWS, cost_days: ['version', 'last_received'] } as const;

/** Time passes: everything was written so much earlier. Nothing else about it changes. */
export async function age({ clients }: ClickHouse, seconds = 7200, tables: object = TIMES): Promise<void> {
  const run = (query: string) => clients.owner.command({ query });
  for (const [table, columns] of Object.entries(tables)) {
    const times = columns.map((name: string) => `${name} - INTERVAL ${seconds} SECOND AS ${name}`);
    await run(`CREATE TABLE aged AS ${table}`);
    await run(`INSERT INTO aged SELECT * REPLACE (${times.join(', ')}) FROM ${table} FINAL`);
    await run(`EXCHANGE TABLES aged AND ${table}`);
    await run('DROP TABLE aged');
  }
}

/** Only the rows are older than they were: as if they had taken so long until they were visible. */
export const delay = (clickhouse: ClickHouse, seconds: number): Promise<void> =>
  age(clickhouse, seconds, ROWS);

const KEYS = 'day, workflow, owner, team, principal, provider, model, unpriced_reason';

/** Every group of a range as the rollups and rows together give it. */
export const combined = (clickhouse: ClickHouse, range = RANGE) =>
  rowsOf(
    clickhouse,
    `SELECT ${KEYS}, toString(sum(c.calls)) AS calls, toString(sum(c.unpriced_calls)) AS unpriced, toString(sum(c.cost)) AS cost,
       toString(sum(c.input_tokens)) AS input, toString(sum(c.output_tokens)) AS output, min(c.first_start) AS first, max(c.last_start) AS last
     FROM counted_costs(from = {from:String}, to = {to:String}) AS c GROUP BY ${KEYS} ORDER BY ${KEYS}`,
    range,
  );

/** The same from rows alone. */
export const fromRows = (clickhouse: ClickHouse, range = RANGE) =>
  rowsOf(
    clickhouse,
    `SELECT toDate(c.start) AS day, workflow, owner, team, principal, provider, model, unpriced_reason,
       toString(count()) AS calls, toString(countIf(c.cost IS NULL)) AS unpriced, toString(sum(ifNull(c.cost, toDecimal128(0, 15)))) AS cost,
       toString(sum(ifNull(c.input_tokens, 0))) AS input, toString(sum(ifNull(c.output_tokens, 0))) AS output,
       min(c.start) AS first, max(c.start) AS last
     FROM counted_model_calls AS c WHERE c.start >= {from:String} AND c.start < {to:String} GROUP BY ${KEYS} ORDER BY ${KEYS}`,
    range,
  );

export async function rowsOf(
  { clients }: ClickHouse,
  query: string,
  query_params: Readonly<Record<string, string>> = {},
): Promise<readonly Record<string, unknown>[]> {
  const answer = await clients.reader.query({ query, query_params, format: 'JSONEachRow' });
  return answer.json<Record<string, unknown>>();
}
