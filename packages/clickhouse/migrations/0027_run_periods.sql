-- Idempotent; goes through all spans and records once. From when until when there is something of a run, and of which workflows: what a
-- legal hold of a workflow and a period is about. The first moment that is known of a run is a claim, and so is the workflow that stands
-- last in the alphabet (0021): one span more, and the run was out of the hold.
ALTER TABLE ${DATABASE}.run_summaries ${ON_CLUSTER}
  -- When the store received the first of its spans; 2262 while there is none.
  ADD COLUMN IF NOT EXISTS first_received_at SimpleAggregateFunction(min, DateTime64(9, 'UTC')) DEFAULT toDateTime64('2262-01-01 00:00:00', 9, 'UTC') CODEC(Delta, ZSTD(1)) AFTER last_at,
  -- What its spans and records claim, as far as a workflow may be called so. Of a run that claims a hundred no more are kept.
  ADD COLUMN IF NOT EXISTS workflows SimpleAggregateFunction(groupUniqArrayArray(100), Array(String)) CODEC(ZSTD(1)) AFTER workflow;

ALTER TABLE ${DATABASE}.run_summaries_of_spans_mv ${ON_CLUSTER} MODIFY QUERY
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
  max(p.service) AS service,
  min(start) AS started_at,
  max(greatest(start, addNanoseconds(start, toInt64(duration)))) AS last_at,
  min(p.received_at) AS first_received_at,
  max(p.received_at) AS received_at,
  max(if(status = '', (toDateTime64(0, 9, 'UTC'), ''), (start, status))) AS claimed_status
FROM ${DATABASE}.parsed_spans AS p
WHERE rejection = ''
GROUP BY run_id, toYYYYMM(start);

-- What is there already. Repeated, it changes nothing.
INSERT INTO ${DATABASE}.run_summaries (run_id, started_at, first_received_at, received_at, workflows)
SELECT run_id, min(start), min(s.received_at), max(s.received_at),
  groupUniqArrayArray(100)(arrayFilter(w -> length(w) BETWEEN 1 AND 64, [toString(s.workflow)]))
FROM ${DATABASE}.spans AS s
GROUP BY run_id, toYYYYMM(start)
SETTINGS max_partitions_per_insert_block = 0;

INSERT INTO ${DATABASE}.run_summaries (run_id, started_at, first_received_at, received_at, workflows)
SELECT run_id, min(start), min(r.received_at), max(r.received_at),
  groupUniqArrayArray(100)(arrayFilter(w -> length(w) BETWEEN 1 AND 64, [toString(r.workflow)]))
FROM ${DATABASE}.evidence_records AS r
GROUP BY run_id, toYYYYMM(start)
SETTINGS max_partitions_per_insert_block = 0;

-- Each run by what its evidence claims and when that arrived, and each registered one by its registration as well, so that neither
-- stands in the way of the other: a run may have two rows. A moment is a least, and no index is asked, as in runs (0023).
CREATE OR REPLACE VIEW ${DATABASE}.run_periods ${ON_CLUSTER}
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
SELECT
  run_id,
  s.workflows AS workflows,
  -- It claims so many that not all are kept.
  toBool(length(s.workflows) >= 100) AS any_workflow,
  least(s.started_at, s.started_at) AS first_at,
  greatest(s.started_at, s.last_at) AS last_at,
  least(s.first_received_at, s.first_received_at) AS first_received_at,
  s.received_at AS last_received_at
FROM ${DATABASE}.run_summaries AS s FINAL
SETTINGS do_not_merge_across_partitions_select_final = 0, use_skip_indexes_if_final = 0
UNION ALL
SELECT run_id, [toString(r.workflow)], false, registered_at, registered_at, registered_at, registered_at
FROM ${DATABASE}.run_registrations AS r;
