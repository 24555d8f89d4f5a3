import type { ClickHouseClient } from '@clickhouse/client';
import type { LandingRow } from '../rows/landing-row.ts';
import type { QuarantineRow } from '../rows/quarantine-row.ts';
import { rowJson } from '../rows/row-json.ts';
import { clickhouseInsert } from './clickhouse-insert.ts';
import type { Insert } from './insert-result.ts';

/** What a collector needs of its storage; the three fit into `createCollector`'s options as they are. */
export interface Storage {
  readonly insert: Insert<LandingRow>;
  readonly quarantine: Insert<QuarantineRow>;
  /** Whether the server answers. */
  readonly probe: () => Promise<boolean>;
}

/**
 * Storage in ClickHouse, through the landing tables of @tollgate/clickhouse.
 * @param client signed in as the landing user, with the database that holds `otlp_spans` and `undecodable_spans`
 */
export function clickhouseStorage(client: ClickHouseClient): Storage {
  return {
    insert: clickhouseInsert(client, 'otlp_spans', rowJson),
    quarantine: clickhouseInsert(client, 'undecodable_spans', quarantineJson),
    probe: async () => (await client.ping()).success,
  };
}

const quarantineJson = ({ traceId, spanId, ...row }: QuarantineRow): string =>
  JSON.stringify({ ...row, trace_id: traceId, span_id: spanId });
