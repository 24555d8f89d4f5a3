-- Idempotent, light. Runs as before (0021), in two thirds of the time: the engine merges what is not merged yet, in the order in which it
-- lies and over months as well; to group all rows by run took a hash table of all runs. Two things are kept from it, with which an
-- engine before 26.3 leaves rows out before it merges them: a moment is a least, so that a condition on it chooses no months (a run of
-- two months is not one that began in the second), and no index is asked. Nor is a part of a tuple read alone (`claimed_status.status`):
-- it would be merged alone.
CREATE OR REPLACE VIEW ${DATABASE}.runs ${ON_CLUSTER}
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
SELECT
  run_id,
  toUInt8(s.registered) AS registered,
  governed,
  if(s.registered, registered_workflow, s.workflow) AS workflow,
  if(s.registered, registered_policy_version, s.policy_version) AS policy_version,
  if(s.registered, registered_owner, s.owner) AS owner,
  if(s.registered, registered_team, s.team) AS team,
  if(s.registered, registered_principal, s.principal) AS principal,
  initiator,
  initiator_verified,
  service,
  least(s.started_at, s.started_at) AS started_at,
  s.last_at AS last_at,
  s.received_at AS received_at,
  if(claimed_status.2 = '', NULL, s.last_at) AS ended_at,
  if(claimed_status.2 = '', 'unsealed', claimed_status.2) AS final_status
FROM ${DATABASE}.run_summaries AS s FINAL
SETTINGS do_not_merge_across_partitions_select_final = 0, use_skip_indexes_if_final = 0;
