-- What every span becomes. Idempotent, light.
-- Keys lead with the run, the unit that people ask about; months and small granules make one run cheap to read. A key
-- ends with the hash of the whole span: copies collapse, anything else with the same ids stays beside it.
-- `precedence` falls with the time of receipt, so that of several copies the first one is kept, with its time and price.

CREATE TABLE IF NOT EXISTS ${DATABASE}.spans ${ON_CLUSTER} (
    run_id UUID,
    governed Bool,
    principal LowCardinality(String),
    trace_id FixedString(16) CODEC(ZSTD(1)),
    span_id FixedString(8) CODEC(NONE),
    parent_id FixedString(8) CODEC(ZSTD(1)),
    span_hash UInt128 CODEC(NONE),
    start DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    duration UInt64 CODEC(ZSTD(1)),
    trace_state String CODEC(ZSTD(1)),
    name LowCardinality(String),
    kind LowCardinality(String),
    service LowCardinality(String),
    resource Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    scope_name LowCardinality(String),
    scope_version LowCardinality(String),
    attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    status_code LowCardinality(String),
    event_times Array(DateTime64(9, 'UTC')) CODEC(ZSTD(1)),
    event_names Array(LowCardinality(String)) CODEC(ZSTD(1)),
    event_attributes Array(Map(LowCardinality(String), String)) CODEC(ZSTD(1)),
    link_trace_ids Array(String) CODEC(ZSTD(1)),
    link_span_ids Array(String) CODEC(ZSTD(1)),
    link_trace_states Array(String) CODEC(ZSTD(1)),
    link_attributes Array(Map(LowCardinality(String), String)) CODEC(ZSTD(1)),
    received_at DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    precedence UInt64 CODEC(Delta, ZSTD(1)),
    INDEX received_at received_at TYPE minmax GRANULARITY 8
) ENGINE = ${ENGINE ReplacingMergeTree(precedence)}
PARTITION BY toYYYYMM(start)
ORDER BY (run_id, trace_id, span_id, span_hash)
SETTINGS ${TABLE_SETTINGS};

-- Whatever is not known to be metadata: erasable in one place (DESIGN.md, invariant 11).
CREATE TABLE IF NOT EXISTS ${DATABASE}.span_content ${ON_CLUSTER} (
    run_id UUID,
    trace_id FixedString(16) CODEC(ZSTD(1)),
    span_id FixedString(8) CODEC(NONE),
    span_hash UInt128 CODEC(NONE),
    start DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    content Map(LowCardinality(String), String) CODEC(ZSTD(3)),
    resource Map(LowCardinality(String), String) CODEC(ZSTD(3)),
    status_message String CODEC(ZSTD(3)),
    event_attributes Array(Map(LowCardinality(String), String)) CODEC(ZSTD(3)),
    link_attributes Array(Map(LowCardinality(String), String)) CODEC(ZSTD(3)),
    received_at DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    precedence UInt64 CODEC(Delta, ZSTD(1))
) ENGINE = ${ENGINE ReplacingMergeTree(precedence)}
PARTITION BY toYYYYMM(start)
ORDER BY (run_id, trace_id, span_id, span_hash)
SETTINGS ${TABLE_SETTINGS};

-- Rows that are no spans, with the reason, kept for 90 days. `raw` holds content and is bounded.
CREATE TABLE IF NOT EXISTS ${DATABASE}.quarantine ${ON_CLUSTER} (
    received_at DateTime64(9, 'UTC'),
    precedence UInt64,
    row_hash UInt128,
    reason LowCardinality(String),
    message String,
    principal LowCardinality(String),
    run_id String,
    trace_id String,
    span_id String,
    raw String CODEC(ZSTD(3))
) ENGINE = ${ENGINE ReplacingMergeTree(precedence)}
ORDER BY row_hash
TTL toDateTime(received_at) + INTERVAL 90 DAY
SETTINGS ${TABLE_SETTINGS};
