-- Reports of model calls and what they are priced by. Idempotent, light.

-- Exact names, as calls carry them, and what they stand for; resolved by the service.
CREATE TABLE IF NOT EXISTS ${DATABASE}.model_names ${ON_CLUSTER} (
    provider String,
    model String,
    priced_provider String,
    priced_model String,
    received_at DateTime64(9, 'UTC') DEFAULT now64(9)
) ENGINE = ${ENGINE ReplacingMergeTree(received_at)}
ORDER BY (provider, model)
SETTINGS ${TABLE_SETTINGS};

-- US dollars per single token, from a moment on. NULL: the list has no such price.
CREATE TABLE IF NOT EXISTS ${DATABASE}.model_prices ${ON_CLUSTER} (
    provider String,
    model String,
    valid_from DateTime64(9, 'UTC'),
    input Nullable(Decimal(38, 15)),
    output Nullable(Decimal(38, 15)),
    cache_read Nullable(Decimal(38, 15)),
    cache_creation Nullable(Decimal(38, 15)),
    price_version String,
    received_at DateTime64(9, 'UTC') DEFAULT now64(9)
) ENGINE = ${ENGINE ReplacingMergeTree(received_at)}
ORDER BY (provider, model, valid_from, price_version)
SETTINGS ${TABLE_SETTINGS};

-- One row a report, priced when it came in; which reports are one call is decided at read (`counted_model_calls`).
CREATE TABLE IF NOT EXISTS ${DATABASE}.model_calls ${ON_CLUSTER} (
    run_id UUID,
    governed Bool,
    workflow LowCardinality(String),
    policy_version LowCardinality(String),
    owner LowCardinality(String),
    team LowCardinality(String),
    principal LowCardinality(String),
    trace_id FixedString(16) CODEC(ZSTD(1)),
    span_id FixedString(8) CODEC(NONE),
    span_hash UInt128 CODEC(NONE),
    start DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    end DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    service LowCardinality(String),
    scope_name LowCardinality(String),
    scope_version LowCardinality(String),
    process String CODEC(ZSTD(1)),
    operation LowCardinality(String),
    provider LowCardinality(String),
    model LowCardinality(String),
    response_id String CODEC(ZSTD(1)),
    input_tokens Nullable(UInt64) COMMENT 'cache reads and cache creation included',
    cache_read_tokens Nullable(UInt64),
    cache_creation_tokens Nullable(UInt64),
    output_tokens Nullable(UInt64) COMMENT 'reasoning included',
    reasoning_tokens Nullable(UInt64),
    usage_note LowCardinality(String),
    cost Nullable(Decimal(38, 15)) COMMENT 'US dollars; NULL: unpriced, see unpriced_reason',
    cost_source LowCardinality(String),
    price_version LowCardinality(String),
    unpriced_reason LowCardinality(String),
    priced_provider LowCardinality(String),
    priced_model LowCardinality(String),
    received_at DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    precedence UInt64 CODEC(Delta, ZSTD(1)),
    INDEX start start TYPE minmax GRANULARITY 8
) ENGINE = ${ENGINE ReplacingMergeTree(precedence)}
PARTITION BY toYYYYMM(start)
ORDER BY (run_id, trace_id, span_id, span_hash)
SETTINGS ${TABLE_SETTINGS};

-- Prices found later, beside the row that had none; the row itself never changes.
CREATE TABLE IF NOT EXISTS ${DATABASE}.model_call_repricings ${ON_CLUSTER} (
    run_id UUID,
    trace_id FixedString(16),
    span_id FixedString(8),
    span_hash UInt128,
    cost Decimal(38, 15),
    price_version LowCardinality(String),
    received_at DateTime64(9, 'UTC') DEFAULT now64(9)
) ENGINE = ${ENGINE ReplacingMergeTree(received_at)}
ORDER BY (run_id, span_hash, price_version)
SETTINGS ${TABLE_SETTINGS};
