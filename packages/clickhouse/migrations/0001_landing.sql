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

-- Each landing row once parsed: verdict, time of receipt, ids and hash are worked out here and nowhere else, so that no two
-- views can disagree about a row. What is said of spans, content, records and calls is read from here.
CREATE TABLE IF NOT EXISTS ${DATABASE}.parsed_spans ${ON_CLUSTER} (
  rejection LowCardinality(String),
  received_at DateTime64(9, 'UTC'),
  run_id UUID,
  governed Bool,
  principal LowCardinality(String),
  trace_id FixedString(16),
  span_id FixedString(8),
  parent_span_id FixedString(8),
  span_hash UInt128,
  start DateTime64(9, 'UTC'),
  duration UInt64,
  name LowCardinality(String),
  kind LowCardinality(String),
  status LowCardinality(String),
  status_message String,
  service LowCardinality(String),
  scope_name LowCardinality(String),
  scope_version LowCardinality(String),
  trace_state String,
  attributes Map(LowCardinality(String), String),
  resource Map(LowCardinality(String), String),
  event_times Array(DateTime64(9, 'UTC')),
  event_names Array(LowCardinality(String)),
  event_attributes Array(Map(LowCardinality(String), String)),
  link_trace_ids Array(String),
  link_span_ids Array(String),
  link_trace_states Array(String),
  link_attributes Array(Map(LowCardinality(String), String)),
  record String,
  sent_trace_id String,
  sent_span_id String
) ENGINE = Null;
