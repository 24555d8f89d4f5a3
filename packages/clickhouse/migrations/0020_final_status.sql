-- Idempotent, light: parts that are there get the column in the background, and are read as before until then. How a run ended is
-- said by one of its spans; to find it, the list of runs read the whole map of attributes of every span.
ALTER TABLE ${DATABASE}.spans ${ON_CLUSTER} ADD COLUMN IF NOT EXISTS final_status LowCardinality(String) MATERIALIZED attributes['tollgate.final_status'];
ALTER TABLE ${DATABASE}.spans ${ON_CLUSTER} MATERIALIZE COLUMN final_status SETTINGS mutations_sync = 0;

-- One row a run: what the service registered, beside what the agent's evidence claims. A run is a trace where nothing names one.
CREATE OR REPLACE VIEW ${DATABASE}.runs ${ON_CLUSTER}
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
WITH seen AS (
  SELECT run_id, max(governed) AS governed, anyIf(workflow, workflow != '') AS workflow, anyIf(policy_version, policy_version != '') AS policy_version,
    anyIf(owner, owner != '') AS owner, anyIf(team, team != '') AS team, any(principal) AS principal, any(service) AS service,
    min(start) AS started_at, max(addNanoseconds(start, toInt64(duration))) AS last_at, count() AS spans,
    argMaxIf(s.final_status, start, s.final_status != '') AS final_status,
    uniqExactIf(s.final_status, s.final_status != '') AS final_statuses
  FROM ${DATABASE}.spans AS s FINAL
  GROUP BY run_id
),
both AS (
  SELECT run_id, true AS is_registration, true AS governed, workflow, policy_version, owner, team, principal, initiator, initiator_verified,
    '' AS service, registered_at AS started_at, registered_at AS last_at, toUInt64(0) AS spans, '' AS final_status, toUInt64(0) AS final_statuses
  FROM ${DATABASE}.run_registrations FINAL
  UNION ALL
  SELECT run_id, false AS is_registration, governed, workflow, policy_version, owner, team, principal, '' AS initiator, false AS initiator_verified,
    service, started_at, last_at, spans, final_status, final_statuses
  FROM seen
)
-- Grouped rather than joined: a condition on run_id then reaches the keys of both tables. At most one row a side.
SELECT
  run_id,
  toUInt8(max(b.is_registration)) AS registered,
  max(b.governed) AS governed,
  argMax(b.workflow, b.is_registration) AS workflow,
  argMax(b.policy_version, b.is_registration) AS policy_version,
  argMax(b.owner, b.is_registration) AS owner,
  argMax(b.team, b.is_registration) AS team,
  argMax(b.principal, b.is_registration) AS principal,
  argMax(b.initiator, b.is_registration) AS initiator,
  argMax(b.initiator_verified, b.is_registration) AS initiator_verified,
  argMin(b.service, b.is_registration) AS service,
  min(b.started_at) AS started_at,
  if(final_status = 'unsealed', NULL, maxIf(b.last_at, NOT b.is_registration)) AS ended_at,
  if(max(b.final_status) = '', 'unsealed', max(b.final_status)) AS final_status,
  max(b.final_statuses) AS final_statuses,
  max(b.spans) AS spans
FROM both AS b
GROUP BY run_id;
