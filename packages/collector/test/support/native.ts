import { Readable } from 'node:stream';
import type { ClickHouseClient } from '@clickhouse/client';
import { NATIVE_SETTINGS } from '../../src/block/native-settings.ts';
import type { LandingRow } from '../../src/index.ts';
import { rowJson } from '../../src/rows/row-json.ts';

async function insert(client: ClickHouseClient, query: string, parts: Iterable<Uint8Array | string>) {
  const values = Readable.from(parts, { objectMode: false });
  const { stream } = await client.exec({ query, values, clickhouse_settings: NATIVE_SETTINGS });
  for await (const _ of stream);
}

/** Inserts blocks as they come out of `LandingBlock.take`. */
export const insertNative = (client: ClickHouseClient, table: string, parts: readonly Uint8Array[]) =>
  insert(client, `INSERT INTO ${table} FORMAT Native`, parts);

export const insertRows = (client: ClickHouseClient, table: string, rows: readonly LandingRow[]) =>
  insert(
    client,
    `INSERT INTO ${table} FORMAT JSONEachRow`,
    rows.map((row) => `${rowJson(row)}\n`),
  );
