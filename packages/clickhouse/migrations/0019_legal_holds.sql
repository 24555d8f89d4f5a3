-- Idempotent, light. What must not expire. A hold is of one run, or of the runs of a workflow that started in a period; one row a change.
CREATE TABLE IF NOT EXISTS ${DATABASE}.legal_holds ${ON_CLUSTER} (
  hold_id UUID,
  event LowCardinality(String),
  run_id Nullable(UUID),
  workflow LowCardinality(String),
  policy_version LowCardinality(String),
  owner LowCardinality(String),
  team LowCardinality(String),
  held_from DateTime64(9, 'UTC'),
  held_to DateTime64(9, 'UTC'),
  actor LowCardinality(String),
  reason String CODEC(ZSTD(3)),
  at DateTime64(9, 'UTC'),
  record_hash String,
  received_at DateTime64(9, 'UTC') DEFAULT now64(9, 'UTC')
) ENGINE = ${REPLACING()}
ORDER BY (hold_id, event)
SETTINGS ${DURABLE};

-- Which runs a hold is about, found again and again while it lasts: spans of such a run may arrive late.
CREATE TABLE IF NOT EXISTS ${DATABASE}.held_runs ${ON_CLUSTER} (
  run_id UUID,
  hold_id UUID,
  received_at DateTime64(9, 'UTC') DEFAULT now64(9, 'UTC')
) ENGINE = ${REPLACING()}
ORDER BY (run_id, hold_id)
SETTINGS index_granularity = 1024, ${DURABLE};

-- The rules of retention read this at each merge that would drop something (src/retention/retention.ts).
CREATE OR REPLACE VIEW ${DATABASE}.runs_on_hold ${ON_CLUSTER}
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
SELECT run_id FROM ${DATABASE}.held_runs
WHERE hold_id NOT IN (SELECT hold_id FROM ${DATABASE}.legal_holds WHERE event = 'lifted');
