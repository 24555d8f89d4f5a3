-- Idempotent, light. Every table's key leads with the run and ends with the hash of the whole span: the same span, whichever
-- way and however often it comes, is one row at every read, and one with other content is another row. Of equal rows the
-- first received stays (receipt is a falling number), so that a span sent again cannot move its own time of receipt.
CREATE TABLE IF NOT EXISTS ${DATABASE}.spans ${ON_CLUSTER} (
  run_id UUID,
  governed Bool,
  principal LowCardinality(String),
  workflow LowCardinality(String),
  policy_version LowCardinality(String),
  owner LowCardinality(String),
  team LowCardinality(String),
  trace_id FixedString(16) CODEC(ZSTD(1)),
  span_id FixedString(8) CODEC(ZSTD(1)),
  parent_span_id FixedString(8) CODEC(ZSTD(1)),
  span_hash UInt128 CODEC(NONE),
  start DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
  duration UInt64 CODEC(ZSTD(1)),
  name LowCardinality(String),
  kind LowCardinality(String),
  status LowCardinality(String),
  service LowCardinality(String),
  scope_name LowCardinality(String),
  scope_version LowCardinality(String),
  trace_state String CODEC(ZSTD(1)),
  attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
  resource_attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
  event_times Array(DateTime64(9, 'UTC')) CODEC(ZSTD(1)),
  event_names Array(LowCardinality(String)) CODEC(ZSTD(1)),
  link_trace_ids Array(String) CODEC(ZSTD(1)),
  link_span_ids Array(String) CODEC(ZSTD(1)),
  link_trace_states Array(String) CODEC(ZSTD(1)),
  received_at DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
  receipt UInt64 MATERIALIZED 18446744073709551615 - toUInt64(toUnixTimestamp64Nano(received_at)),
  INDEX received received_at TYPE minmax GRANULARITY 1
) ENGINE = ${REPLACING(receipt)}
PARTITION BY toYYYYMM(start)
ORDER BY (run_id, start, trace_id, span_id, span_hash)
SETTINGS index_granularity = 1024, ${DURABLE};

-- What is not known to be metadata, apart from it: readable by fewer, erasable without touching a record.
CREATE TABLE IF NOT EXISTS ${DATABASE}.span_content ${ON_CLUSTER} (
  run_id UUID,
  principal LowCardinality(String),
  trace_id FixedString(16) CODEC(ZSTD(1)),
  span_id FixedString(8) CODEC(ZSTD(1)),
  span_hash UInt128 CODEC(NONE),
  start DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
  content Map(LowCardinality(String), String) CODEC(ZSTD(3)),
  resource_content Map(LowCardinality(String), String) CODEC(ZSTD(3)),
  event_attributes Array(Map(LowCardinality(String), String)) CODEC(ZSTD(3)),
  link_attributes Array(Map(LowCardinality(String), String)) CODEC(ZSTD(3)),
  status_message String CODEC(ZSTD(3)),
  received_at DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
  receipt UInt64 MATERIALIZED 18446744073709551615 - toUInt64(toUnixTimestamp64Nano(received_at))
) ENGINE = ${REPLACING(receipt)}
PARTITION BY toYYYYMM(start)
ORDER BY (run_id, start, trace_id, span_id, span_hash)
SETTINGS index_granularity = 256, ${DURABLE};

-- Records of agents, verbatim. What they say is a claim by `principal`.
CREATE TABLE IF NOT EXISTS ${DATABASE}.evidence_records ${ON_CLUSTER} (
  run_id UUID,
  writer UUID,
  seq UInt64,
  kind LowCardinality(String),
  time DateTime64(9, 'UTC'),
  workflow LowCardinality(String),
  policy_version LowCardinality(String),
  owner LowCardinality(String),
  team LowCardinality(String),
  principal LowCardinality(String),
  record String CODEC(ZSTD(3)),
  record_hash FixedString(64) CODEC(ZSTD(1)),
  trace_id FixedString(16) CODEC(ZSTD(1)),
  span_id FixedString(8) CODEC(ZSTD(1)),
  span_hash UInt128 CODEC(NONE),
  start DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
  received_at DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
  receipt UInt64 MATERIALIZED 18446744073709551615 - toUInt64(toUnixTimestamp64Nano(received_at))
) ENGINE = ${REPLACING(receipt)}
PARTITION BY toYYYYMM(start)
ORDER BY (run_id, writer, seq, span_hash)
SETTINGS index_granularity = 1024, ${DURABLE};

-- One row a report of a model call, priced at insert. Which reports are one call is decided at read: counted_model_calls.
CREATE TABLE IF NOT EXISTS ${DATABASE}.model_calls ${ON_CLUSTER} (
  run_id UUID,
  governed Bool,
  workflow LowCardinality(String),
  owner LowCardinality(String),
  team LowCardinality(String),
  principal LowCardinality(String),
  trace_id FixedString(16) CODEC(ZSTD(1)),
  span_id FixedString(8) CODEC(ZSTD(1)),
  span_hash UInt128 CODEC(NONE),
  start DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
  end DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
  scope_name LowCardinality(String),
  scope_version LowCardinality(String),
  process String CODEC(ZSTD(1)),
  operation LowCardinality(String),
  provider LowCardinality(String),
  model LowCardinality(String),
  response_id String CODEC(ZSTD(1)),
  input_tokens Nullable(UInt64),
  cache_read_tokens Nullable(UInt64),
  cache_creation_tokens Nullable(UInt64),
  output_tokens Nullable(UInt64),
  reasoning_tokens Nullable(UInt64),
  usage_note LowCardinality(String),
  cost Nullable(Decimal(38, 15)),
  cost_source LowCardinality(String),
  price_version LowCardinality(String),
  unpriced_reason LowCardinality(String),
  received_at DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
  receipt UInt64 MATERIALIZED 18446744073709551615 - toUInt64(toUnixTimestamp64Nano(received_at))
) ENGINE = ${REPLACING(receipt)}
PARTITION BY toYYYYMM(start)
ORDER BY (run_id, start, trace_id, span_id, span_hash)
SETTINGS index_granularity = 1024, ${DURABLE};

-- One row a record about a tool call: the decision of the gate, and how the tool ended.
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
  action_class Nullable(UInt8),
  verdict LowCardinality(String),
  reason LowCardinality(String),
  enforcement LowCardinality(String),
  outcome LowCardinality(String),
  approval_id String CODEC(ZSTD(1)),
  rollback_note String CODEC(ZSTD(1)),
  trace_id FixedString(16) CODEC(ZSTD(1)),
  span_id FixedString(8) CODEC(ZSTD(1)),
  span_hash UInt128 CODEC(NONE),
  start DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
  duration UInt64 CODEC(ZSTD(1)),
  received_at DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
  receipt UInt64 MATERIALIZED 18446744073709551615 - toUInt64(toUnixTimestamp64Nano(received_at))
) ENGINE = ${REPLACING(receipt)}
PARTITION BY toYYYYMM(start)
ORDER BY (run_id, call_id, start, trace_id, span_id, span_hash)
SETTINGS index_granularity = 1024, ${DURABLE};

-- What could not be stored as a span, with why, and as much of it as is bounded.
CREATE TABLE IF NOT EXISTS ${DATABASE}.quarantine ${ON_CLUSTER} (
  principal LowCardinality(String),
  reason LowCardinality(String),
  message String CODEC(ZSTD(3)),
  trace_id String CODEC(ZSTD(1)),
  span_id String CODEC(ZSTD(1)),
  span_name String CODEC(ZSTD(1)),
  raw String CODEC(ZSTD(3)),
  row_hash UInt128 CODEC(NONE),
  received_at DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
  receipt UInt64 MATERIALIZED 18446744073709551615 - toUInt64(toUnixTimestamp64Nano(received_at))
) ENGINE = ${REPLACING(receipt)}
ORDER BY (principal, reason, row_hash)
SETTINGS ${DURABLE};
