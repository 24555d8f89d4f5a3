import { Readable } from 'node:stream';
import type { ClickHouseClient } from '@clickhouse/client';
import { NATIVE_SETTINGS } from '../block/native-settings.ts';
import { classifyError } from './error-class.ts';
import type { InsertResult } from './insert-result.ts';

/** One insert: what it is called, into which table, in which format, and its body in parts. */
export interface ClickHouseInsert {
  readonly table: string;
  readonly format: 'Native' | 'JSONEachRow';
  readonly parts: Iterable<Uint8Array | string>;
  /** Keeps a repetition out of every table; see `SETTINGS`. */
  readonly token: string;
}

/**
 * An insert into one table of a client's database, answered when the rows are in every table that views fill from it.
 * That they are synced by then is the tables' business (`fsync_after_insert`, `fsync_part_directory`).
 *
 * The token is also the query's id: ClickHouse refuses a second query with a running one's id (code 216), so an insert
 * that went on after its connection was lost cannot race with its own repetition, even from another process.
 */
export async function clickhouseInsert(
  client: ClickHouseClient,
  { table, format, parts, token }: ClickHouseInsert,
): Promise<InsertResult> {
  try {
    const { stream } = await client.exec({
      query: `INSERT INTO ${table} FORMAT ${format}`,
      values: Readable.from(parts, { objectMode: false }),
      query_id: `tollgate-insert:${token}`,
      clickhouse_settings: { ...SETTINGS, insert_deduplication_token: token },
    });
    await drained(stream);
    return { kind: 'stored' };
  } catch (error) {
    return classifyError(error);
  }
}

const SETTINGS = {
  async_insert: 0,
  insert_deduplicate: 1,
  ...NATIVE_SETTINGS,
  deduplicate_blocks_in_dependent_materialized_views: 1,
  // The views bound times; how many months a batch has must not decide whether it is taken.
  max_partitions_per_insert_block: '0',
} as const;

/** An answer that is not read to its end keeps its connection. */
async function drained(stream: Readable): Promise<void> {
  for await (const _ of stream);
}
