-- Idempotent, light. Where both collectors write: exactly the clickhouseexporter's columns (v0.161.0), kept by the views only.
CREATE TABLE IF NOT EXISTS ${DATABASE}.otlp_spans ${ON_CLUSTER} (
  Timestamp DateTime64(9),
  TraceId String,
  SpanId String,
  ParentSpanId String,
  TraceState String,
  SpanName LowCardinality(String),
  SpanKind LowCardinality(String),
  ServiceName LowCardinality(String),
  ResourceAttributes Map(LowCardinality(String), String),
  ScopeName String,
  ScopeVersion String,
  SpanAttributes Map(LowCardinality(String), String),
  Duration UInt64,
  StatusCode LowCardinality(String),
  StatusMessage String,
  Events Nested (
    Timestamp DateTime64(9),
    Name LowCardinality(String),
    Attributes Map(LowCardinality(String), String)
  ),
  Links Nested (
    TraceId String,
    SpanId String,
    TraceState String,
    Attributes Map(LowCardinality(String), String)
  )
) ENGINE = Null;

-- Spans that could not be decoded into a row at all. Only a collector of ours sends such.
CREATE TABLE IF NOT EXISTS ${DATABASE}.undecodable_spans ${ON_CLUSTER} (
  reason LowCardinality(String),
  message String,
  principal LowCardinality(String),
  trace_id String,
  span_id String,
  raw String
) ENGINE = Null;
