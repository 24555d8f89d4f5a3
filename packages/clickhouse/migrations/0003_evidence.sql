-- Evidence records, and what is asked of them most. Idempotent, light.

-- What agents claim. `record` is the canonical JSON, verbatim: hashes are computed over it and never over columns.
CREATE TABLE IF NOT EXISTS ${DATABASE}.evidence_records ${ON_CLUSTER} (
    ${RECORD_COLUMNS},
    principal LowCardinality(String),
    trace_id FixedString(16) CODEC(ZSTD(1)),
    span_id FixedString(8) CODEC(NONE),
    span_hash UInt128 CODEC(NONE),
    start DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    received_at DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    precedence UInt64 CODEC(Delta, ZSTD(1))
) ENGINE = ${ENGINE ReplacingMergeTree(precedence)}
PARTITION BY toYYYYMM(start)
ORDER BY (run_id, writer, seq, trace_id, span_id, span_hash)
SETTINGS ${TABLE_SETTINGS};

-- What the service itself states, in a table that its user alone can write.
CREATE TABLE IF NOT EXISTS ${DATABASE}.service_records ${ON_CLUSTER} (
    ${RECORD_COLUMNS},
    received_at DateTime64(9, 'UTC') DEFAULT now64(9) CODEC(Delta, ZSTD(1))
) ENGINE = ${ENGINE ReplacingMergeTree}
PARTITION BY toYYYYMM(time)
ORDER BY (run_id, writer, seq, hash)
SETTINGS ${TABLE_SETTINGS};

-- One row a record about a tool call (`gate_decided`, `tool_finished`); several rows may share a call_id.
CREATE TABLE IF NOT EXISTS ${DATABASE}.tool_calls ${ON_CLUSTER} (
    run_id UUID,
    workflow LowCardinality(String),
    policy_version LowCardinality(String),
    owner LowCardinality(String),
    team LowCardinality(String),
    principal LowCardinality(String),
    kind LowCardinality(String),
    call_id String CODEC(ZSTD(1)),
    tool LowCardinality(String),
    action LowCardinality(String),
    action_class UInt8,
    verdict LowCardinality(String),
    reason LowCardinality(String),
    enforcement LowCardinality(String),
    outcome LowCardinality(String),
    approval_id String CODEC(ZSTD(1)),
    rollback_note String CODEC(ZSTD(1)),
    writer UUID,
    seq UInt32,
    time DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    trace_id FixedString(16) CODEC(ZSTD(1)),
    span_id FixedString(8) CODEC(NONE),
    span_hash UInt128 CODEC(NONE),
    start DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    duration UInt64 CODEC(ZSTD(1)),
    received_at DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    precedence UInt64 CODEC(Delta, ZSTD(1))
) ENGINE = ${ENGINE ReplacingMergeTree(precedence)}
PARTITION BY toYYYYMM(start)
ORDER BY (run_id, call_id, trace_id, span_id, span_hash)
SETTINGS ${TABLE_SETTINGS};
