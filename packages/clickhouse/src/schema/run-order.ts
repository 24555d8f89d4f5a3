import { DATABASE } from '../roles.ts';
import { QUIET_SECONDS } from './rolled-days.ts';

/** What a table of `BY_RUN` is made of besides its columns. */
interface ByRun {
  /** The key after the run. */
  readonly rest: string;
  readonly version?: 'receipt';
  readonly monthly?: true;
  readonly settings: string;
}

const SPAN = 'start, trace_id, span_id, span_hash';
const BY_MONTH = 'ttl_only_drop_parts = 1, min_bytes_for_wide_part = 67108864';
const ofSpans = (rest: string): ByRun => ({
  ...{ rest, version: 'receipt', monthly: true },
  settings: `index_granularity = 1024, ${BY_MONTH}`,
});

/** Tables whose key leads with the run. */
const BY_RUN: Readonly<Record<string, ByRun>> = {
  spans: ofSpans(SPAN),
  span_content: { ...ofSpans(SPAN), settings: 'index_granularity = 256, min_bytes_for_wide_part = 67108864' },
  evidence_records: ofSpans('writer, seq, span_hash'),
  model_calls: ofSpans(SPAN),
  tool_calls: ofSpans(`call_id, ${SPAN}`),
  service_records: { rest: 'writer, seq, record_hash', settings: 'index_granularity = 1024' },
};

/** A run as a number, by which rows of runs lie: ids that the service gives grow with time, and UUIDs are not sorted as they are written. */
const RUN_NUMBER = 'toUInt128(run_id)';

/** Less at once than the engine takes by itself: rows with content are large. */
const COPYING =
  'SETTINGS max_partitions_per_insert_block = 0, max_insert_threads = 1, max_threads = 2, min_insert_block_size_bytes = 67108864';

/** What became visible after a moment was not received longer before it than this, whichever host's clock says so. */
const MARGIN = `INTERVAL ${2 * QUIET_SECONDS} SECOND`;

/** What differs between one server and a cluster. */
interface Dialect {
  readonly onCluster: string;
  /** The engine, under a path of the table's own: one that is named after the table would stay with its first name. */
  engine(version: string): string;
  readonly durable: string;
}

/**
 * Statements that have a table ordered by the number of the run: a new one is filled and exchanged for it, and what arrived in the
 * old one meanwhile is brought over. Whatever an attempt that was cut short has left behind is brought over first, so that each may
 * be repeated, and repeating all changes nothing: copies of a row are one row.
 * @throws RangeError for a table that is none of these
 */
export function orderedByRun(table: string, { onCluster, engine, durable }: Dialect): string {
  const { rest, version = '', monthly, settings } = BY_RUN[table] ?? unknown(table);
  const [now, next] = [`${DATABASE}.${table}`, `${DATABASE}.${table}_next`];
  const definition = `AS ${now}
ENGINE = ${engine(version)}
${monthly === true ? 'PARTITION BY toYYYYMM(start)\n' : ''}ORDER BY (${RUN_NUMBER}, ${rest})
SETTINGS ${settings}, ${durable}`;
  return [
    `CREATE TABLE IF NOT EXISTS ${next} ${onCluster} ${definition}`,
    `INSERT INTO ${now} SELECT * FROM ${next} ${COPYING}`,
    `CREATE OR REPLACE TABLE ${next} ${onCluster} ${definition}`,
    `INSERT INTO ${next} SELECT * FROM ${now} ${COPYING}`,
    `EXCHANGE TABLES ${next} AND ${now} ${onCluster}`,
    // Since the copy began, which may be hours ago: the newest row that was copied says when, and not what has arrived after the exchange.
    `INSERT INTO ${now} SELECT * FROM ${next}
WHERE received_at > (SELECT max(received_at) FROM ${now} WHERE received_at < (SELECT max(received_at) FROM ${next}) - ${MARGIN}) - ${MARGIN} ${COPYING}`,
    `DROP TABLE ${next} ${onCluster} SYNC`,
  ].join(';\n');
}

function unknown(table: string): never {
  throw new RangeError(`no such table: ${table}`);
}
