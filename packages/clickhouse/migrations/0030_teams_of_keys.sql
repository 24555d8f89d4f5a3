-- Idempotent, light. Of which teams a principal has had keys, as the service recorded when it issued them: what a call costs is the team's
-- whose key it came with, and what a span says of a team is a claim. A name that had keys of several teams is of none of them.
CREATE TABLE IF NOT EXISTS ${DATABASE}.key_teams ${ON_CLUSTER} (
  principal LowCardinality(String),
  team LowCardinality(String),
  received_at DateTime64(9, 'UTC') DEFAULT now64(9, 'UTC')
) ENGINE = ${REPLACING()}
ORDER BY (principal, team)
SETTINGS ${DURABLE};

CREATE MATERIALIZED VIEW IF NOT EXISTS ${DATABASE}.key_teams_mv ${ON_CLUSTER} TO ${DATABASE}.key_teams
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
SELECT JSONExtractString(record, 'detail', 'principal') AS principal, JSONExtractString(record, 'detail', 'team') AS team, received_at
FROM ${DATABASE}.service_records
WHERE kind = 'credential_issued' AND JSONExtractString(record, 'detail', 'kind') = 'agent_key';

-- What is there already. Repeated, it changes nothing.
INSERT INTO ${DATABASE}.key_teams (principal, team, received_at)
SELECT JSONExtractString(record, 'detail', 'principal'), JSONExtractString(record, 'detail', 'team'), received_at
FROM ${DATABASE}.service_records
WHERE kind = 'credential_issued' AND JSONExtractString(record, 'detail', 'kind') = 'agent_key';
