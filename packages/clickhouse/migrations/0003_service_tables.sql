-- Idempotent, light. What the service itself knows; its user alone may insert here, so a span that claims any of it proves nothing.
CREATE TABLE IF NOT EXISTS ${DATABASE}.workflow_registrations ${ON_CLUSTER} (
  workflow LowCardinality(String),
  policy_version LowCardinality(String),
  owner LowCardinality(String),
  team LowCardinality(String),
  document String CODEC(ZSTD(3)),
  registered_by LowCardinality(String),
  registered_at DateTime64(9, 'UTC'),
  record_hash String,
  received_at DateTime64(9, 'UTC') DEFAULT now64(9, 'UTC')
) ENGINE = ${REPLACING()}
ORDER BY (workflow, registered_at, policy_version)
SETTINGS ${DURABLE};

CREATE TABLE IF NOT EXISTS ${DATABASE}.run_registrations ${ON_CLUSTER} (
  run_id UUID,
  workflow LowCardinality(String),
  policy_version LowCardinality(String),
  writer UUID,
  owner LowCardinality(String),
  team LowCardinality(String),
  principal LowCardinality(String),
  initiator LowCardinality(String),
  initiator_verified Bool,
  late Bool,
  registered_at DateTime64(9, 'UTC'),
  record_hash String,
  received_at DateTime64(9, 'UTC') DEFAULT now64(9, 'UTC')
) ENGINE = ${REPLACING()}
ORDER BY run_id
SETTINGS index_granularity = 1024, ${DURABLE};

-- One row an event: requested, decided, granted, consumed, expired, withdrawn.
CREATE TABLE IF NOT EXISTS ${DATABASE}.approvals ${ON_CLUSTER} (
  approval_id String,
  event LowCardinality(String),
  run_id UUID,
  workflow LowCardinality(String),
  policy_version LowCardinality(String),
  owner LowCardinality(String),
  team LowCardinality(String),
  tool LowCardinality(String),
  call_id String,
  action LowCardinality(String),
  action_class UInt8,
  binding String,
  requester LowCardinality(String),
  initiator LowCardinality(String),
  initiator_verified Bool,
  actor LowCardinality(String),
  decision LowCardinality(String),
  reason String CODEC(ZSTD(3)),
  expires_at DateTime64(9, 'UTC'),
  at DateTime64(9, 'UTC'),
  record_hash String,
  received_at DateTime64(9, 'UTC') DEFAULT now64(9, 'UTC')
) ENGINE = ${REPLACING()}
ORDER BY (run_id, approval_id, at, event, actor, record_hash)
SETTINGS index_granularity = 1024, ${DURABLE};

CREATE TABLE IF NOT EXISTS ${DATABASE}.samples ${ON_CLUSTER} (
  sample_id String,
  run_id UUID,
  call_id String,
  workflow LowCardinality(String),
  policy_version LowCardinality(String),
  owner LowCardinality(String),
  team LowCardinality(String),
  tool LowCardinality(String),
  action LowCardinality(String),
  why LowCardinality(String),
  reviewers Array(String),
  sampled_at DateTime64(9, 'UTC'),
  due_at DateTime64(9, 'UTC'),
  record_hash String,
  received_at DateTime64(9, 'UTC') DEFAULT now64(9, 'UTC')
) ENGINE = ${REPLACING()}
ORDER BY (workflow, due_at, sample_id)
SETTINGS index_granularity = 1024, ${DURABLE};

CREATE TABLE IF NOT EXISTS ${DATABASE}.reviews ${ON_CLUSTER} (
  sample_id String,
  run_id UUID,
  call_id String,
  workflow LowCardinality(String),
  policy_version LowCardinality(String),
  owner LowCardinality(String),
  team LowCardinality(String),
  tool LowCardinality(String),
  reviewer LowCardinality(String),
  verdict LowCardinality(String),
  note String CODEC(ZSTD(3)),
  scores Map(String, Float64),
  reviewed_at DateTime64(9, 'UTC'),
  record_hash String,
  received_at DateTime64(9, 'UTC') DEFAULT now64(9, 'UTC')
) ENGINE = ${REPLACING()}
ORDER BY (workflow, sample_id, reviewed_at, record_hash)
SETTINGS index_granularity = 1024, ${DURABLE};

-- One row a change of a flag's state.
CREATE TABLE IF NOT EXISTS ${DATABASE}.flags ${ON_CLUSTER} (
  flag_id String,
  identity String,
  control LowCardinality(String),
  severity LowCardinality(String),
  workflow LowCardinality(String),
  run_id Nullable(UUID),
  owner LowCardinality(String),
  team LowCardinality(String),
  state LowCardinality(String),
  at DateTime64(9, 'UTC'),
  raised_at DateTime64(9, 'UTC'),
  due_at Nullable(DateTime64(9, 'UTC')),
  summary String CODEC(ZSTD(3)),
  evidence String CODEC(ZSTD(3)),
  actor LowCardinality(String),
  note String CODEC(ZSTD(3)),
  cleared_because String CODEC(ZSTD(3)),
  record_hash String,
  received_at DateTime64(9, 'UTC') DEFAULT now64(9, 'UTC')
) ENGINE = ${REPLACING()}
ORDER BY (flag_id, at, state, record_hash)
SETTINGS index_granularity = 1024, ${DURABLE};

CREATE TABLE IF NOT EXISTS ${DATABASE}.suspensions ${ON_CLUSTER} (
  suspension_id String,
  workflow LowCardinality(String),
  policy_version LowCardinality(String),
  owner LowCardinality(String),
  team LowCardinality(String),
  event LowCardinality(String),
  actor LowCardinality(String),
  reason String CODEC(ZSTD(3)),
  at DateTime64(9, 'UTC'),
  record_hash String,
  received_at DateTime64(9, 'UTC') DEFAULT now64(9, 'UTC')
) ENGINE = ${REPLACING()}
ORDER BY (workflow, at, suspension_id, event)
SETTINGS ${DURABLE};

-- The service's own evidence records, verbatim.
CREATE TABLE IF NOT EXISTS ${DATABASE}.service_records ${ON_CLUSTER} (
  run_id UUID,
  writer UUID,
  seq UInt64,
  kind LowCardinality(String),
  time DateTime64(9, 'UTC'),
  workflow LowCardinality(String),
  policy_version LowCardinality(String),
  owner LowCardinality(String),
  team LowCardinality(String),
  record String CODEC(ZSTD(3)),
  record_hash FixedString(64),
  received_at DateTime64(9, 'UTC') DEFAULT now64(9, 'UTC')
) ENGINE = ${REPLACING()}
ORDER BY (run_id, writer, seq, record_hash)
SETTINGS index_granularity = 1024, ${DURABLE};

-- Exactly this provider and model, as sent, stands for that entry of the price list.
CREATE TABLE IF NOT EXISTS ${DATABASE}.model_names ${ON_CLUSTER} (
  provider String,
  model String,
  priced_provider String,
  priced_model String,
  received_at DateTime64(9, 'UTC') DEFAULT now64(9, 'UTC')
) ENGINE = ${REPLACING()}
ORDER BY (provider, model)
SETTINGS ${DURABLE};

-- US dollars per single token, from a moment on. NULL: the list has no price of that kind.
CREATE TABLE IF NOT EXISTS ${DATABASE}.model_prices ${ON_CLUSTER} (
  provider String,
  model String,
  valid_from DateTime64(9, 'UTC'),
  input Nullable(Decimal(38, 15)),
  output Nullable(Decimal(38, 15)),
  cache_read Nullable(Decimal(38, 15)),
  cache_creation Nullable(Decimal(38, 15)),
  price_version LowCardinality(String),
  received_at DateTime64(9, 'UTC') DEFAULT now64(9, 'UTC')
) ENGINE = ${REPLACING()}
ORDER BY (provider, model, valid_from)
SETTINGS ${DURABLE};

-- A price for a report that had none at insert. A cost that was there at insert never changes.
CREATE TABLE IF NOT EXISTS ${DATABASE}.model_call_repricings ${ON_CLUSTER} (
  run_id UUID,
  trace_id FixedString(16),
  span_id FixedString(8),
  span_hash UInt128,
  cost Decimal(38, 15),
  price_version LowCardinality(String),
  received_at DateTime64(9, 'UTC') DEFAULT now64(9, 'UTC')
) ENGINE = ${REPLACING()}
ORDER BY (run_id, trace_id, span_id, span_hash, price_version)
SETTINGS index_granularity = 1024, ${DURABLE};
