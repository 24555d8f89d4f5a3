-- What counts only when the service says it: registrations, approvals, reviews, flags. Idempotent, light.
-- Append-only: each row is an event, the state is the last one. Retries are caught by insert token and by key.

CREATE TABLE IF NOT EXISTS ${DATABASE}.workflow_registrations ${ON_CLUSTER} (
    workflow LowCardinality(String),
    policy_version String,
    owner LowCardinality(String),
    team LowCardinality(String),
    yaml String CODEC(ZSTD(3)),
    requirements String CODEC(ZSTD(3)),
    registered_by LowCardinality(String),
    registered_at DateTime64(9, 'UTC'),
    record_hash String,
    received_at DateTime64(9, 'UTC') DEFAULT now64(9)
) ENGINE = ${ENGINE ReplacingMergeTree}
ORDER BY (workflow, registered_at, policy_version, record_hash)
SETTINGS ${TABLE_SETTINGS};

CREATE TABLE IF NOT EXISTS ${DATABASE}.run_registrations ${ON_CLUSTER} (
    run_id UUID,
    workflow LowCardinality(String),
    policy_version LowCardinality(String),
    writer UUID,
    owner LowCardinality(String),
    team LowCardinality(String),
    principal LowCardinality(String),
    key_id String,
    initiator LowCardinality(String),
    initiator_verified Bool,
    late Bool,
    registered_at DateTime64(9, 'UTC'),
    record_hash String,
    received_at DateTime64(9, 'UTC') DEFAULT now64(9)
) ENGINE = ${ENGINE ReplacingMergeTree}
ORDER BY (run_id, record_hash)
SETTINGS ${TABLE_SETTINGS};

-- `event`: requested, decided, consumed, expired, withdrawn. Arguments stay in the control state.
CREATE TABLE IF NOT EXISTS ${DATABASE}.approvals ${ON_CLUSTER} (
    approval_id String,
    run_id UUID,
    workflow LowCardinality(String),
    policy_version LowCardinality(String),
    owner LowCardinality(String),
    team LowCardinality(String),
    tool LowCardinality(String),
    call_id String,
    action LowCardinality(String),
    action_class UInt8,
    event LowCardinality(String),
    decision LowCardinality(String),
    actor LowCardinality(String),
    reason String,
    at DateTime64(9, 'UTC'),
    binding String,
    requester LowCardinality(String),
    initiator LowCardinality(String),
    initiator_verified Bool,
    needed UInt8,
    expires_at DateTime64(9, 'UTC'),
    record_hash String,
    received_at DateTime64(9, 'UTC') DEFAULT now64(9)
) ENGINE = ${ENGINE ReplacingMergeTree}
ORDER BY (run_id, approval_id, at, event, record_hash)
SETTINGS ${TABLE_SETTINGS};

CREATE TABLE IF NOT EXISTS ${DATABASE}.samples ${ON_CLUSTER} (
    sample_id UUID,
    run_id UUID,
    workflow LowCardinality(String),
    policy_version LowCardinality(String),
    owner LowCardinality(String),
    team LowCardinality(String),
    call_id String,
    tool LowCardinality(String),
    action LowCardinality(String),
    why LowCardinality(String),
    sampled_at DateTime64(9, 'UTC'),
    due_at DateTime64(9, 'UTC'),
    record_hash String,
    received_at DateTime64(9, 'UTC') DEFAULT now64(9),
    INDEX due_at due_at TYPE minmax GRANULARITY 1
) ENGINE = ${ENGINE ReplacingMergeTree}
ORDER BY (run_id, sample_id, record_hash)
SETTINGS ${TABLE_SETTINGS};

CREATE TABLE IF NOT EXISTS ${DATABASE}.reviews ${ON_CLUSTER} (
    sample_id UUID,
    run_id UUID,
    workflow LowCardinality(String),
    policy_version LowCardinality(String),
    owner LowCardinality(String),
    team LowCardinality(String),
    call_id String,
    tool LowCardinality(String),
    reviewer LowCardinality(String),
    verdict LowCardinality(String),
    note String,
    scores String,
    late Bool,
    time DateTime64(9, 'UTC'),
    record_hash String,
    received_at DateTime64(9, 'UTC') DEFAULT now64(9)
) ENGINE = ${ENGINE ReplacingMergeTree}
ORDER BY (run_id, sample_id, time, record_hash)
SETTINGS ${TABLE_SETTINGS};

-- One row a change of a flag; its state is the row with the latest `time`.
CREATE TABLE IF NOT EXISTS ${DATABASE}.flags ${ON_CLUSTER} (
    flag_id String,
    control LowCardinality(String),
    event LowCardinality(String),
    state LowCardinality(String),
    severity LowCardinality(String),
    workflow LowCardinality(String),
    run_id Nullable(UUID),
    owner LowCardinality(String),
    team LowCardinality(String),
    summary String,
    evidence String CODEC(ZSTD(1)),
    actor LowCardinality(String),
    note String,
    due_at Nullable(DateTime64(9, 'UTC')),
    time DateTime64(9, 'UTC'),
    record_hash String,
    received_at DateTime64(9, 'UTC') DEFAULT now64(9)
) ENGINE = ${ENGINE ReplacingMergeTree}
ORDER BY (flag_id, time, record_hash)
SETTINGS ${TABLE_SETTINGS};

CREATE TABLE IF NOT EXISTS ${DATABASE}.suspensions ${ON_CLUSTER} (
    suspension_id String,
    workflow LowCardinality(String),
    owner LowCardinality(String),
    team LowCardinality(String),
    event LowCardinality(String),
    actor LowCardinality(String),
    reason String,
    at DateTime64(9, 'UTC'),
    record_hash String,
    received_at DateTime64(9, 'UTC') DEFAULT now64(9)
) ENGINE = ${ENGINE ReplacingMergeTree}
ORDER BY (workflow, at, suspension_id, event, record_hash)
SETTINGS ${TABLE_SETTINGS};
