import type { ClickHouse } from '@tollgate/clickhouse';
import { MARK } from '../corpus/story.ts';

/** What the tables say, as every page and query reads them. Ids are trace and span id in hex, with a space between. */
export interface StoredFacts {
  /** Rows by id. */
  readonly spans: ReadonlyMap<string, number>;
  /** Marks of the content rows, by id. */
  readonly content: ReadonlyMap<string, readonly string[]>;
  readonly records: ReadonlyMap<string, readonly string[]>;
  readonly reports: ReadonlyMap<string, number>;
  readonly toolCalls: ReadonlyMap<string, number>;
  readonly quarantine: readonly QuarantinedRow[];
  /** Ids of spans with several contents. */
  readonly conflicts: ReadonlySet<string>;
  readonly calls: ReadonlyMap<string, CallSum>;
}

export interface QuarantinedRow {
  readonly reason: string;
  readonly spanId: string;
  /** The span as it was sent, or as JSON. */
  readonly raw: string;
}

/** Counted calls of one trace. `cost` in 10^-15 US dollars, of those that have one. */
export interface CallSum {
  readonly calls: number;
  readonly unpriced: number;
  readonly cost: bigint;
}

const ID = "concat(lower(hex(trace_id)), ' ', lower(hex(span_id)))";

export async function readStored(clickhouse: ClickHouse): Promise<StoredFacts> {
  const lists = (rows: { id: string; values: string[] }[]) =>
    new Map(rows.map(({ id, values }) => [id, values]));
  const rows = <Row>(query: string) => select<Row>(clickhouse, 'reader', query);
  const counts = (table: string) => countById(clickhouse, 'reader', table);
  const quarantine = await rows<{ reason: string; span_id: string; raw: string }>(
    'SELECT reason, span_id, raw FROM quarantine',
  );
  const conflicts = await rows<{ id: string }>(`SELECT ${ID} AS id FROM conflicting_spans`);
  return {
    spans: await counts('spans'),
    content: lists(
      await rows(
        `SELECT ${ID} AS id, groupArray(content['${MARK}']) AS values FROM span_content GROUP BY id`,
      ),
    ),
    records: lists(
      await rows(`SELECT ${ID} AS id, groupArray(record) AS values FROM evidence_records GROUP BY id`),
    ),
    reports: await counts('model_calls'),
    toolCalls: await counts('tool_calls'),
    quarantine: quarantine.map(({ reason, span_id, raw }) => ({
      reason,
      spanId: span_id,
      raw: unwrapped(raw),
    })),
    conflicts: new Set(conflicts.map(({ id }) => id)),
    calls: await readCalls(clickhouse),
  };
}

/** By trace. */
export async function readCalls(clickhouse: ClickHouse): Promise<ReadonlyMap<string, CallSum>> {
  const rows = await select<{ trace: string; calls: string; unpriced: string; usd: string }>(
    clickhouse,
    'reader',
    `SELECT lower(hex(trace_id)) AS trace, count() AS calls, countIf(cost IS NULL) AS unpriced,
      toString(toInt128(ifNull(sum(cost), 0) * 1000000000000000)) AS usd
    FROM counted_model_calls GROUP BY trace`,
  );
  return new Map(
    rows.map(({ trace, calls, unpriced, usd }) => [
      trace,
      { calls: Number(calls), unpriced: Number(unpriced), cost: BigInt(usd) },
    ]),
  );
}

const PER_SPAN = ['spans', 'span_content', 'evidence_records', 'model_calls', 'tool_calls'] as const;

/** Several rows of one id on disk, though every read shows one. */
export interface Repeat {
  readonly id: string;
  readonly table: string;
  /** When each was received, milliseconds since 1970, the first of them first. */
  readonly received: readonly number[];
}

/** The owner reads rows as they lie there. */
export async function readRepeats(clickhouse: ClickHouse): Promise<readonly Repeat[]> {
  const repeats: Repeat[] = [];
  for (const table of PER_SPAN) {
    const rows = await select<{ id: string; received: string[] }>(
      clickhouse,
      'owner',
      `SELECT ${ID} AS id, arraySort(groupArray(toUnixTimestamp64Milli(received_at))) AS received
      FROM ${table} GROUP BY id HAVING count() > 1`,
    );
    repeats.push(...rows.map(({ id, received }) => ({ id, table, received: received.map(Number) })));
  }
  return repeats;
}

async function countById(
  clickhouse: ClickHouse,
  who: 'reader',
  table: string,
): Promise<ReadonlyMap<string, number>> {
  const rows = await select<{ id: string; n: string }>(
    clickhouse,
    who,
    `SELECT ${ID} AS id, count() AS n FROM ${table} GROUP BY id`,
  );
  return new Map(rows.map(({ id, n }) => [id, Number(n)]));
}

async function select<Row>(clickhouse: ClickHouse, who: 'reader' | 'owner', query: string): Promise<Row[]> {
  const answer = await clickhouse.clients[who].query({ query, format: 'JSONEachRow' });
  return answer.json<Row>();
}

/** What came as protobuf is kept in base64. */
function unwrapped(raw: string): string {
  try {
    const parsed: unknown = JSON.parse(raw);
    if (typeof parsed === 'object' && parsed !== null && 'protobuf' in parsed)
      return Buffer.from(String(parsed.protobuf), 'base64').toString('latin1');
  } catch {
    // Cut JSON is searched as it is.
  }
  return raw;
}
