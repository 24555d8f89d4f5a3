import type { ClickHouseClient } from '@clickhouse/client';
import { DATABASE } from '@tollgate/clickhouse';

/** Tables that views fill from the landing table, whichever collector wrote to it. */
export const TABLES = [
  'spans',
  'span_content',
  'evidence_records',
  'model_calls',
  'tool_calls',
  'quarantine',
] as const;

/** What is read: the definitions that costs, runs and findings come from. */
const VIEWS = [
  'model_call_reports',
  'counted_model_calls',
  'runs',
  'conflicting_spans',
  'otel_traces',
] as const;

/** Times of receipt differ between any two collectors. Nothing else may. */
const RECEIPT = /received_at$|^receipt$/;

export interface Comparison {
  readonly rows: number;
  readonly tables: number;
  /** For a person to read: which columns of which row differ, or which side has a row that the other lacks. */
  readonly differences: readonly string[];
}

/** Column → its value as JSON text. */
type Row = Readonly<Record<string, string>>;

/** Compares every row and column of every table and view; both sides must be complete. */
export async function compareStores(ours: ClickHouseClient, theirs: ClickHouseClient): Promise<Comparison> {
  const names = [...TABLES, ...VIEWS];
  let rows = 0;
  const differences: string[] = [];
  for (const table of names) {
    const [left, right] = await Promise.all([rowsOf(ours, table), rowsOf(theirs, table)]);
    rows += Math.max(left.length, right.length);
    differences.push(...difference(left, right).map((text) => `${table}: ${text}`));
  }
  return { rows, tables: names.length, differences };
}

/** Every row of a table, each with every column but the times of receipt. */
export async function rowsOf(client: ClickHouseClient, table: string): Promise<Row[]> {
  const columns = await columnsOf(client, table);
  const result = await client.query({
    query: `SELECT ${columns.map(jsonOf).join(', ')} FROM ${DATABASE}.${table} AS t`,
    format: 'JSONEachRow',
  });
  return result.json<Row>();
}

interface Column {
  readonly name: string;
  readonly type: string;
}

/** Bytes in hex, everything else as the engine's JSON, which keeps repeated keys and their order. */
function jsonOf({ name, type }: Column): string {
  const column = `\`${name}\``;
  return `${type.startsWith('FixedString') ? 'hex' : 'toJSONString'}(t.${column}) AS ${column}`;
}

async function columnsOf(client: ClickHouseClient, table: string): Promise<Column[]> {
  const result = await client.query({
    query: `SELECT name, type FROM system.columns
      WHERE database = {database:String} AND table = {table:String} ORDER BY position`,
    query_params: { database: DATABASE, table },
    format: 'JSONEachRow',
  });
  const columns = await result.json<Column>();
  if (columns.length === 0) throw new Error(`${table} has no columns, or may not be read`);
  return columns.filter(({ name }) => !RECEIPT.test(name));
}

function difference(left: readonly Row[], right: readonly Row[]): string[] {
  const onlyLeft = missing(left, right);
  const onlyRight = missing(right, left);
  return onlyLeft
    .map((row) => {
      const index = onlyRight.findIndex((other) => IDS.every((id) => row[id] === other[id]));
      const [other] = index < 0 ? [] : onlyRight.splice(index, 1);
      return other === undefined ? `only packages/collector: ${JSON.stringify(row)}` : changed(row, other);
    })
    .concat(onlyRight.map((row) => `only the OpenTelemetry Collector: ${JSON.stringify(row)}`));
}

/** Pairs rows that differ, for reading only: what is equal is decided over all columns. */
const IDS = ['trace_id', 'span_id', 'TraceId', 'SpanId', 'span_name', 'run_id', 'name'];

function changed(left: Row, right: Row): string {
  const columns = Object.keys(left).filter((name) => left[name] !== right[name]);
  const values = columns.map((name) => `${name}: ${left[name]} | ${right[name]}`);
  return `${left['name'] ?? left['span_name'] ?? left['SpanName'] ?? ''} differs in\n    ${values.join('\n    ')}`;
}

/** Rows of `left` that `right` lacks, counting repetitions. */
function missing(left: readonly Row[], right: readonly Row[]): Row[] {
  const rest = new Map<string, number>();
  for (const row of right) rest.set(JSON.stringify(row), (rest.get(JSON.stringify(row)) ?? 0) + 1);
  return left.filter((row) => {
    const key = JSON.stringify(row);
    const count = rest.get(key) ?? 0;
    rest.set(key, count - 1);
    return count <= 0;
  });
}
