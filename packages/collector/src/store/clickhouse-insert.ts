import { Readable } from 'node:stream';
import type { ClickHouseClient } from '@clickhouse/client';
import { classifyError } from './error-class.ts';
import type { Insert } from './insert-result.ts';

/**
 * An insert into one table of a client's database, answered when the rows are in every table that views fill from it.
 * That they are synced by then is the tables' business (`fsync_after_insert`, `fsync_part_directory`).
 *
 * The token is also the query's id: ClickHouse refuses a second query with a running one's id (code 216), so an insert
 * that went on after its connection was lost cannot race with its own repetition, even from another collector.
 * @param table name of a table of ours, never of a client's
 * @param line one row as JSONEachRow, without a line break
 */
export function clickhouseInsert<Row>(
  client: ClickHouseClient,
  table: string,
  line: (row: Row) => string,
): Insert<Row> {
  return async (rows, token) => {
    try {
      // `client.insert` would stringify the lines once more; here they are the body as they stand.
      const { stream } = await client.exec({
        query: `INSERT INTO ${table} FORMAT JSONEachRow`,
        values: Readable.from(lines(rows, line), { objectMode: false }),
        query_id: `tollgate-insert:${token}`,
        clickhouse_settings: { ...SETTINGS, insert_deduplication_token: token },
      });
      await drained(stream);
      return { kind: 'stored' };
    } catch (error) {
      return classifyError(error);
    }
  };
}

const SETTINGS = {
  async_insert: 0,
  insert_deduplicate: 1,
  // A table without one of our columns must refuse, not lose it.
  input_format_skip_unknown_fields: 0,
  deduplicate_blocks_in_dependent_materialized_views: 1,
  // The views bound times; how many months a batch has must not decide whether it is taken.
  max_partitions_per_insert_block: '0',
} as const;

/** An answer that is not read to its end keeps its connection. */
async function drained(stream: Readable): Promise<void> {
  for await (const _ of stream);
}

function* lines<Row>(rows: readonly Row[], line: (row: Row) => string): Generator<string> {
  for (const row of rows) yield `${line(row)}\n`;
}
