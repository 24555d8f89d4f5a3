-- Idempotent; goes through all spans once. What is known of a run, one row a run and month: who listed runs, or looked for some, went
-- through the spans of all of them. Every column is a least or a greatest, so that what comes twice, late or in a batch of others
-- changes nothing. What the service registered stands beside what spans claim, never in its place, and only views write here. The
-- key is the run as a number: ids that the service gives grow with time, and UUIDs are not sorted by how they are written.
CREATE TABLE IF NOT EXISTS ${DATABASE}.run_summaries ${ON_CLUSTER} (
  run_id UUID,
  governed SimpleAggregateFunction(max, Bool),
  workflow SimpleAggregateFunction(max, LowCardinality(String)),
  policy_version SimpleAggregateFunction(max, LowCardinality(String)),
  owner SimpleAggregateFunction(max, LowCardinality(String)),
  team SimpleAggregateFunction(max, LowCardinality(String)),
  principal SimpleAggregateFunction(max, LowCardinality(String)),
  service SimpleAggregateFunction(max, LowCardinality(String)),
  -- The first moment that is known of the run: of a span, or of its registration.
  started_at SimpleAggregateFunction(min, DateTime64(9, 'UTC')) CODEC(Delta, ZSTD(1)),
  -- The end of its last span; 1970 while there is none.
  last_at SimpleAggregateFunction(max, DateTime64(9, 'UTC')) CODEC(Delta, ZSTD(1)),
  -- When the store received the last of its spans; 1970 while there is none.
  received_at SimpleAggregateFunction(max, DateTime64(9, 'UTC')) CODEC(Delta, ZSTD(1)),
  -- The last one claimed, and when.
  claimed_status SimpleAggregateFunction(max, Tuple(at DateTime64(9, 'UTC'), status String)) CODEC(ZSTD(1)),
  registered SimpleAggregateFunction(max, Bool),
  registered_workflow SimpleAggregateFunction(max, LowCardinality(String)),
  registered_policy_version SimpleAggregateFunction(max, LowCardinality(String)),
  registered_owner SimpleAggregateFunction(max, LowCardinality(String)),
  registered_team SimpleAggregateFunction(max, LowCardinality(String)),
  registered_principal SimpleAggregateFunction(max, LowCardinality(String)),
  initiator SimpleAggregateFunction(max, LowCardinality(String)),
  initiator_verified SimpleAggregateFunction(max, Bool),
  INDEX started started_at TYPE minmax GRANULARITY 1,
  INDEX ended last_at TYPE minmax GRANULARITY 1,
  INDEX received received_at TYPE minmax GRANULARITY 1
) ENGINE = ${AGGREGATING}
PARTITION BY toYYYYMM(started_at)
ORDER BY toUInt128(run_id)
SETTINGS index_granularity = 256, ttl_only_drop_parts = 1, min_bytes_for_wide_part = 67108864, ${DURABLE};

CREATE MATERIALIZED VIEW IF NOT EXISTS ${DATABASE}.run_summaries_of_spans_mv ${ON_CLUSTER} TO ${DATABASE}.run_summaries
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
WITH
  -- As in spans: a long value is content whatever its name says.
  (v -> if(length(v) <= 1024, v, '')) AS short,
  short(attributes['tollgate.final_status']) AS status
SELECT
  run_id,
  max(p.governed) AS governed,
  max(short(attributes['tollgate.workflow'])) AS workflow,
  max(short(attributes['tollgate.policy.version'])) AS policy_version,
  max(short(attributes['tollgate.owner'])) AS owner,
  max(short(attributes['tollgate.team'])) AS team,
  max(p.principal) AS principal,
  max(p.service) AS service,
  min(start) AS started_at,
  max(greatest(start, addNanoseconds(start, toInt64(duration)))) AS last_at,
  max(p.received_at) AS received_at,
  max(if(status = '', (toDateTime64(0, 9, 'UTC'), ''), (start, status))) AS claimed_status
FROM ${DATABASE}.parsed_spans AS p
WHERE rejection = ''
GROUP BY run_id, toYYYYMM(start);

CREATE MATERIALIZED VIEW IF NOT EXISTS ${DATABASE}.run_summaries_of_registrations_mv ${ON_CLUSTER} TO ${DATABASE}.run_summaries
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
SELECT
  run_id, true AS governed, registered_at AS started_at, true AS registered, workflow AS registered_workflow,
  policy_version AS registered_policy_version, owner AS registered_owner, team AS registered_team, principal AS registered_principal,
  initiator, initiator_verified
FROM ${DATABASE}.run_registrations;

-- What is there already. Repeated, it changes nothing.
INSERT INTO ${DATABASE}.run_summaries
  (run_id, governed, workflow, policy_version, owner, team, principal, service, started_at, last_at, received_at, claimed_status)
SELECT run_id, max(s.governed), max(s.workflow), max(s.policy_version), max(s.owner), max(s.team), max(s.principal), max(s.service),
  min(start), max(greatest(start, addNanoseconds(start, toInt64(duration)))), max(s.received_at),
  max(if(final_status = '', (toDateTime64(0, 9, 'UTC'), ''), (start, toString(final_status))))
FROM ${DATABASE}.spans AS s
GROUP BY run_id, toYYYYMM(start)
SETTINGS max_partitions_per_insert_block = 0;

INSERT INTO ${DATABASE}.run_summaries
  (run_id, governed, started_at, registered, registered_workflow, registered_policy_version, registered_owner, registered_team,
    registered_principal, initiator, initiator_verified)
SELECT run_id, true, registered_at, true, workflow, policy_version, owner, team, principal, initiator, initiator_verified
FROM ${DATABASE}.run_registrations
SETTINGS max_partitions_per_insert_block = 0;

-- One row a run: what the service registered, else what the agent's evidence claims. A run is a trace where nothing names one.
-- What is not merged yet is merged here.
CREATE OR REPLACE VIEW ${DATABASE}.runs ${ON_CLUSTER}
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
SELECT
  run_id,
  toUInt8(max(s.registered)) AS registered,
  max(s.governed) AS governed,
  if(registered = 1, max(registered_workflow), max(s.workflow)) AS workflow,
  if(registered = 1, max(registered_policy_version), max(s.policy_version)) AS policy_version,
  if(registered = 1, max(registered_owner), max(s.owner)) AS owner,
  if(registered = 1, max(registered_team), max(s.team)) AS team,
  if(registered = 1, max(registered_principal), max(s.principal)) AS principal,
  max(s.initiator) AS initiator,
  max(s.initiator_verified) AS initiator_verified,
  max(s.service) AS service,
  min(s.started_at) AS started_at,
  max(s.last_at) AS last_at,
  max(s.received_at) AS received_at,
  if(final_status = 'unsealed', NULL, last_at) AS ended_at,
  if(max(claimed_status).2 = '', 'unsealed', max(claimed_status).2) AS final_status
FROM (SELECT * FROM ${DATABASE}.run_summaries SETTINGS final = 0) AS s
GROUP BY run_id;

-- Which runs used a tool that few use.
ALTER TABLE ${DATABASE}.tool_calls ${ON_CLUSTER} ADD INDEX IF NOT EXISTS tools tool TYPE set(0) GRANULARITY 1;
ALTER TABLE ${DATABASE}.tool_calls ${ON_CLUSTER} MATERIALIZE INDEX tools SETTINGS mutations_sync = 0;
