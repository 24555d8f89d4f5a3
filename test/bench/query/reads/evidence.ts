import { DEFAULT_TABLE } from '../data/exporter-table.ts';
import { type Read, someRuns } from './read.ts';

/** As the exporter's README finds a trace: when it was from the index of traces, then its spans. */
export const SPANS_OF_TRACE = `
  WITH
    (SELECT min(Start) FROM ${DEFAULT_TABLE}_trace_id_ts WHERE TraceId = {trace:String}) AS first,
    (SELECT max(End) + 1 FROM ${DEFAULT_TABLE}_trace_id_ts WHERE TraceId = {trace:String}) AS last
  SELECT Timestamp, TraceId, SpanId, ParentSpanId, SpanName, SpanKind, ServiceName, ScopeName, Duration, StatusCode, SpanAttributes,
    ResourceAttributes
  FROM ${DEFAULT_TABLE}
  WHERE TraceId = {trace:String} AND Timestamp >= first AND Timestamp <= last
  ORDER BY Timestamp`;

export const evidence: Read = {
  name: 'evidence',
  what: 'one run’s whole evidence; theirs: all spans of its trace, of which nothing is verified, counted or priced yet',
  wantedMs: 25,
  questions: async (ground, count) =>
    (await someRuns(ground, count, 'evidence')).map(({ run_id, trace_id }) => ({
      path: `/v1/runs/${run_id}/evidence`,
      theirs: { query: SPANS_OF_TRACE, params: { trace: trace_id } },
    })),
};
