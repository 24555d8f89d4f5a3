-- Where spans come in. Idempotent, light.
-- `otlp_spans` has exactly the columns of clickhouseexporter v0.161.0 (internal/sqltemplates/traces_table.sql), so the
-- OpenTelemetry Collector's traces_table_name can point at it. ENGINE = Null: what is stored is what the views write.

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
    Events Nested (Timestamp DateTime64(9), Name LowCardinality(String), Attributes Map(LowCardinality(String), String)),
    Links Nested (TraceId String, SpanId String, TraceState String, Attributes Map(LowCardinality(String), String))
) ENGINE = Null;

-- What a collector could not turn into a landing row at all.
CREATE TABLE IF NOT EXISTS ${DATABASE}.undecodable_spans ${ON_CLUSTER} (
    reason LowCardinality(String),
    message String,
    principal String,
    trace_id String,
    span_id String,
    raw String
) ENGINE = Null;

-- Each landing row once parsed: ids, times, hash and verdict (`reason`, empty when it is a span) are computed here and
-- nowhere else. A view of its own for each target could disagree about the clock, and then a row would be in both of
-- spans and quarantine, or in neither.
CREATE TABLE IF NOT EXISTS ${DATABASE}.parsed_spans ${ON_CLUSTER} (
    reason LowCardinality(String),
    received_at DateTime64(9, 'UTC'),
    precedence UInt64,
    run_id UUID,
    governed Bool,
    principal String,
    trace_id FixedString(16),
    span_id FixedString(8),
    parent_id FixedString(8),
    span_hash UInt128,
    start DateTime64(9, 'UTC'),
    end DateTime64(9, 'UTC'),
    duration UInt64,
    trace_state String,
    name String,
    kind LowCardinality(String),
    service LowCardinality(String),
    resource Map(LowCardinality(String), String),
    scope_name LowCardinality(String),
    scope_version LowCardinality(String),
    attributes Map(LowCardinality(String), String),
    status_code LowCardinality(String),
    status_message String,
    event_times Array(DateTime64(9, 'UTC')),
    event_names Array(LowCardinality(String)),
    event_attributes Array(Map(LowCardinality(String), String)),
    link_trace_ids Array(String),
    link_span_ids Array(String),
    link_trace_states Array(String),
    link_attributes Array(Map(LowCardinality(String), String)),
    has_record Bool,
    record_text String,
    record Tuple(${RECORD_FIELDS}),
    sent_trace_id String,
    sent_span_id String,
    sent_run_id String,
    raw String
) ENGINE = Null;

-- Each report of a model call, normalised and not yet priced.
CREATE TABLE IF NOT EXISTS ${DATABASE}.parsed_model_calls ${ON_CLUSTER} (
    received_at DateTime64(9, 'UTC'),
    precedence UInt64,
    run_id UUID,
    governed Bool,
    principal String,
    trace_id FixedString(16),
    span_id FixedString(8),
    span_hash UInt128,
    start DateTime64(9, 'UTC'),
    end DateTime64(9, 'UTC'),
    workflow LowCardinality(String),
    policy_version LowCardinality(String),
    owner LowCardinality(String),
    team LowCardinality(String),
    service LowCardinality(String),
    scope_name LowCardinality(String),
    scope_version LowCardinality(String),
    process String,
    operation LowCardinality(String),
    provider LowCardinality(String),
    model LowCardinality(String),
    response_id String,
    input_tokens Nullable(UInt64),
    cache_read_tokens Nullable(UInt64),
    cache_creation_tokens Nullable(UInt64),
    output_tokens Nullable(UInt64),
    reasoning_tokens Nullable(UInt64),
    usage_note String,
    provider_cost Nullable(Decimal(38, 15))
) ENGINE = Null;
