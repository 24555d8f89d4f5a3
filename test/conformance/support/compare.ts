import type { ClickHouseClient } from '@clickhouse/client';
import { type Clients, DATABASE } from '@tollgate/clickhouse';

/** What no span reaches, beside the tables that the service writes: erasures and holds are a person's. */
const NOT_FROM_SPANS: readonly string[] = [
  'schema_migrations',
  'current_flags',
  'content_erasures',
  'key_teams',
  'runs_on_hold',
];

/** Times of receipt differ between any two collectors. Nothing else may. */
const RECEIPT = /received_at$|^receipt$|^priced_at$/;

export interface Comparison {
  readonly rows: number;
  readonly tables: number;
  /** Tables and views in which neither side has a row, so that nothing is known about them. */
  readonly unreached: readonly string[];
  /** For a person to read: which columns of which row differ, or which side has a row that the other lacks. */
  readonly differences: readonly string[];
}

/** Column → its value as JSON text. */
type Row = Readonly<Record<string, string>>;

/** Compares every row and column of every table and view that spans reach; both sides must be settled. */
export async function compareStores(
  ours: Pick<Clients, 'owner' | 'reader'>,
  theirs: Pick<Clients, 'reader'>,
): Promise<Comparison> {
  const names = await tablesOf(ours.owner);
  let rows = 0;
  const unreached: string[] = [];
  const differences: string[] = [];
  for (const table of names) {
    const [left, right] = await Promise.all([rowsOf(ours.reader, table), rowsOf(theirs.reader, table)]);
    if (left.length + right.length === 0) unreached.push(table);
    rows += Math.max(left.length, right.length);
    differences.push(...difference(left, right).map((text) => `${table}: ${text}`));
  }
  return { rows, tables: names.length, unreached, differences };
}

/** Every table that keeps rows and every view, as the schema has them now, but for what the service's user writes. */
async function tablesOf(owner: ClickHouseClient): Promise<string[]> {
  const result = await owner.query({
    query: `SELECT name FROM system.tables
      WHERE database = {database:String} AND (engine = 'View' OR engine LIKE '%MergeTree')
        -- A view with parameters answers a question about what the others hold.
        AND empty(parameterized_view_parameters)
        AND name NOT IN (
          SELECT table FROM system.grants
          WHERE user_name = 'tollgate_service' AND access_type = 'INSERT' AND table IS NOT NULL)
      ORDER BY name`,
    query_params: { database: DATABASE },
    format: 'JSONEachRow',
  });
  const tables = await result.json<{ name: string }>();
  return tables.map(({ name }) => name).filter((name) => !NOT_FROM_SPANS.includes(name));
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

/** Sets: their order is that in which the engine read its parts. */
const UNORDERED: readonly string[] = ['span_hashes', 'principals', 'workflows'];

/** Bytes in hex, everything else as the engine's JSON, which keeps repeated keys and their order. */
function jsonOf({ name, type }: Column): string {
  const column = `\`${name}\``;
  const value = UNORDERED.includes(name) ? `arraySort(t.${column})` : `t.${column}`;
  return `${type.startsWith('FixedString') ? 'hex' : 'toJSONString'}(${value}) AS ${column}`;
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
