-- Idempotent, light. What controls found, by the day on which they found it; the form of cost_days. A flag's state changes long after
-- its day, and then the day is read from rows and built again, as with costs. How many runs or actions a control had to judge is not
-- stored yet; it will be further figures of the same groups.
CREATE TABLE IF NOT EXISTS ${DATABASE}.control_days ${ON_CLUSTER} (
  day Date,
  version DateTime64(9, 'UTC'),
  open Bool,
  last_received DateTime64(9, 'UTC'),
  kept_from Date,
  groups Nested (
    control LowCardinality(String),
    severity LowCardinality(String),
    workflow LowCardinality(String),
    owner LowCardinality(String),
    team LowCardinality(String),
    flags UInt64,
    open_flags UInt64,
    acknowledged UInt64,
    resolved UInt64,
    cleared UInt64
  )
) ENGINE = ${REPLACING()}
ORDER BY (day, version)
SETTINGS index_granularity = 16, ${DURABLE};

ALTER TABLE ${DATABASE}.flags ${ON_CLUSTER} ADD INDEX IF NOT EXISTS received received_at TYPE minmax GRANULARITY 1;

-- Flags as they are now, each on the day on which it was first raised. Only whole days can be asked for.
CREATE OR REPLACE VIEW ${DATABASE}.control_results ${ON_CLUSTER}
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
WITH
  ${ROLLED_VERSIONS(control_days)},
  (SELECT groupUniqArray(toDate(raised_at)) FROM ${DATABASE}.flags WHERE flag_id IN (
    SELECT flag_id FROM ${DATABASE}.flags WHERE received_at >= since)) AS touched,
  ${DAYS_TO_READ}
SELECT * FROM (
  SELECT day,
    g.1 AS control, g.2 AS severity, g.3 AS workflow, g.4 AS owner, g.5 AS team, g.6 AS flags, g.7 AS open_flags, g.8 AS acknowledged,
    g.9 AS resolved, g.10 AS cleared
  FROM (
    SELECT day, arrayJoin(arrayZip(
      groups.control, groups.severity, groups.workflow, groups.owner, groups.team, groups.flags, groups.open_flags, groups.acknowledged,
      groups.resolved, groups.cleared)) AS g
    FROM ${DATABASE}.control_days FINAL WHERE has(pinned_days, day) AND has(pinned, (day, version)))
  UNION ALL
  SELECT toDate(f.raised) AS day, f.control, f.severity, f.workflow, f.owner, f.team, count() AS flags, countIf(f.state = 'open') AS open_flags,
    countIf(f.state = 'acknowledged') AS acknowledged, countIf(f.state = 'resolved') AS resolved, countIf(f.state = 'cleared') AS cleared
  FROM (
    SELECT flag_id, min(raised_at) AS raised, argMax(control, o) AS control, argMax(severity, o) AS severity, argMax(workflow, o) AS workflow,
      argMax(owner, o) AS owner, argMax(team, o) AS team, argMax(state, o) AS state
    FROM (SELECT *, (at, received_at) AS o FROM ${DATABASE}.flags FINAL)
    WHERE flag_id IN (SELECT flag_id FROM ${DATABASE}.flags WHERE has(row_days, toDate(raised_at)))
    GROUP BY flag_id) AS f
  WHERE has(row_days, toDate(f.raised))
  GROUP BY ALL
);
