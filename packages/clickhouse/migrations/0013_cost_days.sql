-- Idempotent, light. Costs of whole days, so that a question over months need not decide anew which reports are one call.
-- Nothing is added up over time: a day is rebuilt as a whole from counted calls, whenever something about it arrived.

-- One row a version of a day, with all its groups in it: a reader sees a whole version or none, on every replica. Versions are
-- never replaced in place (a query pins the ones it has chosen); superseded ones are deleted a day later. `open` says that the
-- day is to be read from rows, because something arrived or still may. The rows of 1970-01-01 are of no day: the newest one's
-- version says until when all rows have been looked through, and its `kept_from` from which day on rows are kept; what was opened
-- then is part of the same insert, so that whoever sees the one sees the other.
CREATE TABLE IF NOT EXISTS ${DATABASE}.cost_days ${ON_CLUSTER} (
  day Date,
  version DateTime64(9, 'UTC'),
  open Bool,
  last_received DateTime64(9, 'UTC'),
  kept_from Date,
  groups Nested (
    workflow LowCardinality(String),
    owner LowCardinality(String),
    team LowCardinality(String),
    principal LowCardinality(String),
    provider LowCardinality(String),
    model LowCardinality(String),
    service_tier LowCardinality(String),
    unpriced_reason LowCardinality(String),
    calls UInt64,
    unpriced_calls UInt64,
    cost Decimal(38, 15),
    input_tokens UInt64,
    cache_read_tokens UInt64,
    cache_creation_tokens UInt64,
    cache_creation_1h_tokens UInt64,
    output_tokens UInt64,
    reasoning_tokens UInt64,
    first_start DateTime64(9, 'UTC'),
    last_start DateTime64(9, 'UTC')
  )
) ENGINE = ${REPLACING()}
ORDER BY (day, version)
SETTINGS index_granularity = 16, ${DURABLE};

-- A rolled-up day that did not agree with its rows although nothing had arrived: somebody or something changed one of the two.
CREATE TABLE IF NOT EXISTS ${DATABASE}.rollup_drifts ${ON_CLUSTER} (
  rollup LowCardinality(String),
  day Date,
  version DateTime64(9, 'UTC'),
  found_at DateTime64(9, 'UTC'),
  groups_differing UInt64,
  rolled Map(LowCardinality(String), String),
  from_rows Map(LowCardinality(String), String)
) ENGINE = ${REPLACING()}
ORDER BY (rollup, day, version)
SETTINGS ${DURABLE};

-- What arrived lately is looked for at each reading.
ALTER TABLE ${DATABASE}.model_calls ${ON_CLUSTER} ADD INDEX IF NOT EXISTS received received_at TYPE minmax GRANULARITY 1;
ALTER TABLE ${DATABASE}.model_call_repricings ${ON_CLUSTER} ADD INDEX IF NOT EXISTS received received_at TYPE minmax GRANULARITY 1;

-- Costs of the counted calls that began in a range, in groups a day: whole days that nothing has changed since they were rolled up
-- from their last version, all others from rows. What arrived since shortly before the last pass is found by time of receipt, in the
-- rows themselves, so that there is no mark that could be missing; it concerns every day of its run, because which reports are one
-- call is decided within a run. `has` and not IN: over an array that was worked out, only the first is used by partition and key.
-- And arrayJoin() and not ARRAY JOIN, which this engine confuses with one of whoever reads the view.
CREATE OR REPLACE VIEW ${DATABASE}.counted_costs ${ON_CLUSTER}
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
WITH
  ${ROLLED_VERSIONS(cost_days)},
  (SELECT groupUniqArray(toDate(start)) FROM ${DATABASE}.model_calls WHERE run_id IN (
    SELECT run_id FROM ${DATABASE}.model_calls WHERE received_at >= since
    UNION ALL SELECT run_id FROM ${DATABASE}.model_call_repricings WHERE received_at >= since)) AS touched,
  ${DAYS_TO_READ},
  arrayDistinct(arrayMap(d -> toYYYYMM(d), row_days)) AS row_months
SELECT * FROM (
  SELECT day,
    g.1 AS workflow, g.2 AS owner, g.3 AS team, g.4 AS principal, g.5 AS provider, g.6 AS model, g.7 AS service_tier, g.8 AS unpriced_reason,
    g.9 AS calls, g.10 AS unpriced_calls, g.11 AS cost, g.12 AS input_tokens, g.13 AS cache_read_tokens, g.14 AS cache_creation_tokens,
    g.15 AS cache_creation_1h_tokens, g.16 AS output_tokens, g.17 AS reasoning_tokens, g.18 AS first_start, g.19 AS last_start
  FROM (
    SELECT day, arrayJoin(arrayZip(
      groups.workflow, groups.owner, groups.team, groups.principal, groups.provider, groups.model, groups.service_tier, groups.unpriced_reason,
      groups.calls, groups.unpriced_calls, groups.cost, groups.input_tokens, groups.cache_read_tokens, groups.cache_creation_tokens,
      groups.cache_creation_1h_tokens, groups.output_tokens, groups.reasoning_tokens, groups.first_start, groups.last_start)) AS g
    FROM ${DATABASE}.cost_days FINAL WHERE has(pinned_days, day) AND has(pinned, (day, version)))
  UNION ALL
  SELECT toDate(c.start) AS day, c.workflow, c.owner, c.team, c.principal, c.provider, c.model, c.service_tier,
    if(c.cost IS NULL, c.unpriced_reason, '') AS unpriced_reason,
    count() AS calls, countIf(c.cost IS NULL) AS unpriced_calls, sum(ifNull(c.cost, toDecimal128(0, 15))) AS cost,
    sum(ifNull(c.input_tokens, 0)) AS input_tokens, sum(ifNull(c.cache_read_tokens, 0)) AS cache_read_tokens,
    sum(ifNull(c.cache_creation_tokens, 0)) AS cache_creation_tokens,
    sum(ifNull(c.cache_creation_1h_tokens, 0)) AS cache_creation_1h_tokens, sum(ifNull(c.output_tokens, 0)) AS output_tokens,
    sum(ifNull(c.reasoning_tokens, 0)) AS reasoning_tokens, min(c.start) AS first_start, max(c.start) AS last_start
  FROM ${DATABASE}.counted_model_calls AS c
  WHERE c.run_id IN (
      SELECT run_id FROM ${DATABASE}.model_calls
      WHERE has(row_months, toYYYYMM(start)) AND start >= range_from AND start < range_to AND has(row_days, toDate(start)))
    AND c.start >= range_from AND c.start < range_to AND has(row_days, toDate(c.start))
  GROUP BY ALL
);
