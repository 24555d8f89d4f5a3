-- Idempotent, light. Views of one insert commit one after another, in an order that is by chance (by the views' own UUIDs), and those that
-- are further from the landing table later. Evaluation finds out by the summaries of runs what has arrived, and where these were
-- first it looked at half of an insert, and once more seconds later. Through one more table they follow what is stored of the spans.
CREATE TABLE IF NOT EXISTS ${DATABASE}.summarised_runs ${ON_CLUSTER} (
  run_id UUID,
  governed Bool,
  workflow LowCardinality(String),
  workflows Array(String),
  policy_version LowCardinality(String),
  owner LowCardinality(String),
  team LowCardinality(String),
  principal LowCardinality(String),
  principals Array(String),
  service LowCardinality(String),
  started_at DateTime64(9, 'UTC'),
  last_at DateTime64(9, 'UTC'),
  first_received_at DateTime64(9, 'UTC'),
  received_at DateTime64(9, 'UTC'),
  claimed_status Tuple(at DateTime64(9, 'UTC'), status String)
) ENGINE = Null;

-- From the end to the start: while the older view is there as well, each of the two writes the same, which is the same as once.
CREATE MATERIALIZED VIEW IF NOT EXISTS ${DATABASE}.run_summaries_mv ${ON_CLUSTER} TO ${DATABASE}.run_summaries
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
SELECT * FROM ${DATABASE}.summarised_runs;

CREATE MATERIALIZED VIEW IF NOT EXISTS ${DATABASE}.summarised_runs_mv ${ON_CLUSTER} TO ${DATABASE}.summarised_runs
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
WITH
  -- As in spans: a long value is content whatever its name says.
  (v -> if(length(v) <= 1024, v, '')) AS short,
  short(attributes['tollgate.final_status']) AS status
SELECT
  run_id,
  max(p.governed) AS governed,
  max(short(attributes['tollgate.workflow'])) AS workflow,
  groupUniqArrayArray(100)(arrayFilter(w -> length(w) BETWEEN 1 AND 64, [toString(attributes['tollgate.workflow']), facts.workflow])) AS workflows,
  max(short(attributes['tollgate.policy.version'])) AS policy_version,
  max(short(attributes['tollgate.owner'])) AS owner,
  max(short(attributes['tollgate.team'])) AS team,
  max(p.principal) AS principal,
  groupUniqArray(toString(p.principal)) AS principals,
  max(p.service) AS service,
  min(start) AS started_at,
  max(greatest(start, addNanoseconds(start, toInt64(duration)))) AS last_at,
  min(p.received_at) AS first_received_at,
  max(p.received_at) AS received_at,
  max(if(status = '', (toDateTime64(0, 9, 'UTC'), ''), (start, status))) AS claimed_status
FROM ${DATABASE}.parsed_spans AS p
WHERE rejection = ''
GROUP BY run_id, toYYYYMM(start);

DROP VIEW IF EXISTS ${DATABASE}.run_summaries_of_spans_mv ${ON_CLUSTER};
