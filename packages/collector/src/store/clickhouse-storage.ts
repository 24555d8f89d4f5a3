import type { ClickHouseClient } from '@clickhouse/client';
import type { QuarantineRow } from '../rows/quarantine-row.ts';
import { clickhouseInsert } from './clickhouse-insert.ts';
import type { Store } from './insert-batch.ts';

/** What a collector needs of its storage; the three fit into `createCollector`'s options as they are. */
export interface Storage extends Store {
  /** Whether the server answers. */
  readonly probe: () => Promise<boolean>;
}

/**
 * Storage in ClickHouse, through the landing tables of @tollgate/clickhouse.
 * @param client signed in as the landing user, with the database that holds `otlp_spans` and `undecodable_spans`
 */
export function clickhouseStorage(client: ClickHouseClient): Storage {
  return {
    insert: ({ parts }, token) =>
      clickhouseInsert(client, { table: 'otlp_spans', format: 'Native', parts, token }),
    quarantine: (rows, token) =>
      clickhouseInsert(client, {
        table: 'undecodable_spans',
        format: 'JSONEachRow',
        parts: lines(rows),
        token,
      }),
    probe: async () => (await client.ping()).success,
  };
}

function* lines(rows: readonly QuarantineRow[]): Generator<string> {
  for (const { traceId, spanId, ...row } of rows)
    yield `${JSON.stringify({ ...row, trace_id: traceId, span_id: spanId })}\n`;
}
