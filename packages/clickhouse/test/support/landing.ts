import { randomBytes, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { ClickHouseClient } from '@clickhouse/client';
import type { ClickHouse } from '../../src/index.ts';

/** A row of the landing table as JSONEachRow has it; times in nanoseconds. */
export type Row = {
  Timestamp: string;
  TraceId: string;
  SpanId: string;
  ParentSpanId: string;
  TraceState: string;
  SpanName: string;
  SpanKind: string;
  ServiceName: string;
  ResourceAttributes: Record<string, string>;
  ScopeName: string;
  ScopeVersion: string;
  SpanAttributes: Record<string, string>;
  Duration: string;
  StatusCode: string;
  StatusMessage: string;
  'Events.Timestamp': string[];
  'Events.Name': string[];
  'Events.Attributes': Record<string, string>[];
  'Links.TraceId': string[];
  'Links.SpanId': string[];
  'Links.TraceState': string[];
  'Links.Attributes': Record<string, string>[];
};

/** Nanoseconds of a moment that every window of the views lets through. */
export const START = BigInt(Date.UTC(2026, 0, 15, 12)) * 1_000_000n;

export const traceId = (): string => randomBytes(16).toString('hex');
export const spanId = (): string => randomBytes(8).toString('hex');

/** A plain, valid span; whatever matters to a test is said in `said`. */
export function row(said: Partial<Row> = {}): Row {
  return {
    Timestamp: START.toString(),
    TraceId: traceId(),
    SpanId: spanId(),
    ParentSpanId: '',
    TraceState: '',
    SpanName: 'work',
    SpanKind: 'Internal',
    ServiceName: 'test',
    ResourceAttributes: { 'service.name': 'test', 'tollgate.principal': 'ci' },
    ScopeName: 'test',
    ScopeVersion: '1',
    SpanAttributes: {},
    Duration: '1000000',
    StatusCode: 'Unset',
    StatusMessage: '',
    'Events.Timestamp': [],
    'Events.Name': [],
    'Events.Attributes': [],
    'Links.TraceId': [],
    'Links.SpanId': [],
    'Links.TraceState': [],
    'Links.Attributes': [],
    ...said,
  };
}

/** Times as bare integers, which are read as ticks: the quoted forms of ClickHouse know no time before 1970. */
function line({ Timestamp, Duration, 'Events.Timestamp': times, ...rest }: Row): string {
  const numbers = `{"Timestamp":${Timestamp},"Duration":${Duration},"Events.Timestamp":[${times.join(',')}],`;
  return numbers + JSON.stringify(rest).slice(1);
}

/** Inserts the way a collector does; without a token of the caller's, under one of its own. */
export async function land(
  { clients }: Pick<ClickHouse, 'clients'>,
  rows: readonly Row[],
  token: string = randomUUID(),
): Promise<void> {
  const { stream } = await clients.landing.exec({
    query: 'INSERT INTO otlp_spans FORMAT JSONEachRow',
    values: Readable.from(
      rows.map((each) => `${line(each)}\n`),
      { objectMode: false },
    ),
    clickhouse_settings: { async_insert: 0, insert_deduplication_token: token },
  });
  await text(stream);
}

/**
 * Rows as the store would have them if it had received them at a moment of the past (ns), which no insert can say: through the
 * views from where the time of receipt is stamped, with that one.
 */
export async function landEarlier(
  { clients: { owner } }: Pick<ClickHouse, 'clients'>,
  rows: readonly Row[],
  received: bigint,
): Promise<void> {
  const [parsing] = await ask<{ query: string }>(
    owner,
    `SELECT as_select AS query FROM system.tables WHERE database = 'tollgate' AND name = 'parsed_spans_mv'`,
  );
  if (parsing === undefined) throw new Error('the view that parses landing rows is gone');
  const columns = (await ask<{ name: string }>(owner, 'DESCRIBE TABLE parsed_spans'))
    .map(({ name }) => name)
    .join(', ');
  await owner.command({ query: 'CREATE OR REPLACE TABLE earlier_spans AS otlp_spans ENGINE = Memory' });
  const { stream } = await owner.exec({
    query: 'INSERT INTO earlier_spans FORMAT JSONEachRow',
    values: Readable.from(
      rows.map((each) => `${line(each)}\n`),
      { objectMode: false },
    ),
  });
  await text(stream);
  await owner.command({
    query: `INSERT INTO parsed_spans (${columns})
      SELECT ${columns} FROM (SELECT * REPLACE (fromUnixTimestamp64Nano({received:Int64}, 'UTC') AS received_at)
        FROM (${parsing.query.replace('tollgate.otlp_spans', 'earlier_spans')}))`,
    query_params: { received: received.toString() },
  });
  await owner.command({ query: 'DROP TABLE earlier_spans SYNC' });
}

/** Rows of an answer, as JSON has them. */
export async function ask<T>(
  client: ClickHouseClient,
  query: string,
  query_params: Record<string, unknown> = {},
): Promise<T[]> {
  const answer = await client.query({ query, query_params, format: 'JSONEachRow' });
  return answer.json<T>();
}

/** The one number of an answer. */
export async function count(
  client: ClickHouseClient,
  query: string,
  query_params: Record<string, unknown> = {},
): Promise<number> {
  const [only] = await ask<Record<string, string | number>>(client, query, query_params);
  return Number(Object.values(only ?? {})[0]);
}
