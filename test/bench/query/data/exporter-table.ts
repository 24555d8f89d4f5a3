import { DATABASE } from '@tollgate/clickhouse';

export const DEFAULT_TABLE = 'exporter_default';

/** What the clickhouseexporter v0.161.0 makes by itself, word for word but for its name (`traces_table.sql`). */
const TABLE = `
CREATE TABLE IF NOT EXISTS ${DATABASE}.${DEFAULT_TABLE} (
  Timestamp DateTime64(9) CODEC(Delta, ZSTD(1)),
  TraceId String CODEC(ZSTD(1)),
  SpanId String CODEC(ZSTD(1)),
  ParentSpanId String CODEC(ZSTD(1)),
  TraceState String CODEC(ZSTD(1)),
  SpanName LowCardinality(String) CODEC(ZSTD(1)),
  SpanKind LowCardinality(String) CODEC(ZSTD(1)),
  ServiceName LowCardinality(String) CODEC(ZSTD(1)),
  ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
  ScopeName String CODEC(ZSTD(1)),
  ScopeVersion String CODEC(ZSTD(1)),
  SpanAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
  Duration UInt64 CODEC(ZSTD(1)),
  StatusCode LowCardinality(String) CODEC(ZSTD(1)),
  StatusMessage String CODEC(ZSTD(1)),
  Events Nested (Timestamp DateTime64(9), Name LowCardinality(String), Attributes Map(LowCardinality(String), String)) CODEC(ZSTD(1)),
  Links Nested (TraceId String, SpanId String, TraceState String, Attributes Map(LowCardinality(String), String)) CODEC(ZSTD(1)),
  INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1,
  INDEX idx_res_attr_key mapKeys(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX idx_res_attr_value mapValues(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX idx_span_attr_key mapKeys(SpanAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX idx_span_attr_value mapValues(SpanAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX idx_duration Duration TYPE minmax GRANULARITY 1
) ENGINE = MergeTree
PARTITION BY toDate(Timestamp)
ORDER BY (ServiceName, SpanName, toDateTime(Timestamp))
SETTINGS index_granularity = 8192, ttl_only_drop_parts = 1`;

/** Its index of traces (`traces_id_ts_lookup_table.sql`), and what fills it. */
const LOOKUP = `
CREATE TABLE IF NOT EXISTS ${DATABASE}.${DEFAULT_TABLE}_trace_id_ts (
  TraceId String CODEC(ZSTD(1)),
  Start DateTime CODEC(Delta, ZSTD(1)),
  End DateTime CODEC(Delta, ZSTD(1)),
  INDEX idx_trace_id TraceId TYPE bloom_filter(0.01) GRANULARITY 1
) ENGINE = MergeTree
PARTITION BY toDate(Start)
ORDER BY (TraceId, Start)
SETTINGS index_granularity = 8192, ttl_only_drop_parts = 1`;

const LOOKUP_VIEW = `
CREATE MATERIALIZED VIEW IF NOT EXISTS ${DATABASE}.${DEFAULT_TABLE}_trace_id_ts_mv TO ${DATABASE}.${DEFAULT_TABLE}_trace_id_ts
AS SELECT TraceId, min(Timestamp) AS Start, max(Timestamp) AS End FROM ${DATABASE}.${DEFAULT_TABLE} WHERE TraceId != '' GROUP BY TraceId`;

/** What comes into the landing table comes into the default table as well: the same rows, of one insert. */
const COPY = `
CREATE MATERIALIZED VIEW IF NOT EXISTS ${DATABASE}.${DEFAULT_TABLE}_copy TO ${DATABASE}.${DEFAULT_TABLE}
AS SELECT * FROM ${DATABASE}.otlp_spans`;

/** In the order in which they are run. */
export const DEFAULT_TABLE_DDL = [TABLE, LOOKUP, LOOKUP_VIEW, COPY] as const;
