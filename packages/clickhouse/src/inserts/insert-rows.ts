import { Readable } from 'node:stream';
import { type ClickHouseClient, ClickHouseError } from '@clickhouse/client';

/**
 * How an insert ended. `stored`: in the tables and synced. `unavailable`: the server's trouble, worth sending again.
 * `rejected`: these very rows were refused, and would be again.
 */
export type InsertOutcome =
  | { readonly kind: 'stored' }
  | { readonly kind: 'unavailable'; readonly code?: number; readonly message: string }
  | { readonly kind: 'rejected'; readonly code: number; readonly message: string };

/** Codes of ClickHouse that blame the rows: cannot parse, wrong type or structure, unknown column, value out of range. */
const BLAMES_ROWS: ReadonlySet<number> = new Set([
  6, 16, 20, 26, 27, 32, 33, 38, 41, 43, 44, 49, 53, 69, 70, 72, 117, 130, 131, 376, 469, 691,
]);

/** Synced before it is acknowledged; one insert a call, so that the token stands for exactly these rows. */
const DURABLE = { async_insert: 0, wait_end_of_query: 1 } as const;

/**
 * Inserts JSON lines, all or none. With a token, the same rows sent again change nothing; never use one token twice at the
 * same time, nor for other rows.
 */
export async function insertLines(
  client: ClickHouseClient,
  table: string,
  lines: Iterable<string>,
  token: string,
): Promise<InsertOutcome> {
  try {
    const values = Readable.from(joined(lines), { objectMode: false });
    await client.insert({
      table,
      values,
      format: 'JSONEachRow',
      clickhouse_settings: { ...DURABLE, insert_deduplication_token: token },
    });
    return { kind: 'stored' };
  } catch (error) {
    return classify(error);
  }
}

/** The same for rows as objects; bigint is written as a decimal string. */
export function insertRows(
  client: ClickHouseClient,
  table: string,
  rows: readonly object[],
  token: string,
): Promise<InsertOutcome> {
  const lines = rows.map((row) =>
    JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)),
  );
  return insertLines(client, table, lines, token);
}

function* joined(lines: Iterable<string>): Generator<string> {
  for (const line of lines) yield `${line}\n`;
}

function classify(error: unknown): InsertOutcome {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof ClickHouseError)) return { kind: 'unavailable', message };
  const code = Number(error.code);
  return BLAMES_ROWS.has(code) ? { kind: 'rejected', code, message } : { kind: 'unavailable', code, message };
}
