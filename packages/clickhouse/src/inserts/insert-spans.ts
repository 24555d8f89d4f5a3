import type { ClickHouseClient } from '@clickhouse/client';
import { type InsertOutcome, insertLines } from './insert-rows.ts';

/** Rows of the landing table, each a JSON object with the clickhouseexporter's columns. */
export function insertSpans(
  landing: ClickHouseClient,
  lines: Iterable<string>,
  token: string,
): Promise<InsertOutcome> {
  return insertLines(landing, 'otlp_spans', lines, token);
}

/** What could not become a landing row, on its way to quarantine. */
export interface UndecodableSpan {
  readonly reason: string;
  readonly message: string;
  readonly principal: string;
  readonly trace_id: string;
  readonly span_id: string;
  readonly raw: string;
}

export function insertUndecodable(
  landing: ClickHouseClient,
  spans: readonly UndecodableSpan[],
  token: string,
): Promise<InsertOutcome> {
  return insertLines(
    landing,
    'undecodable_spans',
    spans.map((span) => JSON.stringify(span)),
    token,
  );
}
