-- Idempotent, light. Costs as before (0013), at a third of the work where days are read from rows: reports of one scope are never merged,
-- so in a run that a single scope reported and that nobody priced anew, every report counts, at the price that it was given at
-- insert. Only the other runs, which are mixed, are asked of the view that decides which reports are one call.
CREATE OR REPLACE VIEW ${DATABASE}.counted_costs ${ON_CLUSTER}
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
WITH
  ${ROLLED_VERSIONS(cost_days)},
  (SELECT groupUniqArray(toDate(start)) FROM ${DATABASE}.model_calls WHERE run_id IN (
    SELECT run_id FROM ${DATABASE}.model_calls WHERE received_at >= since
    UNION ALL SELECT run_id FROM ${DATABASE}.model_call_repricings WHERE received_at >= since)) AS touched,
  ${DAYS_TO_READ},
  arrayDistinct(arrayMap(d -> toYYYYMM(d), row_days)) AS row_months,
  mixed AS (
    SELECT run_id FROM ${DATABASE}.model_calls
    WHERE run_id IN (
      SELECT run_id FROM ${DATABASE}.model_calls
      WHERE has(row_months, toYYYYMM(start)) AND start >= range_from AND start < range_to AND has(row_days, toDate(start)))
    GROUP BY run_id
    HAVING uniqExact((scope_name, scope_version)) > 1 OR max(run_id IN (SELECT run_id FROM ${DATABASE}.model_call_repricings)))
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
  FROM (
    SELECT start, workflow, owner, team, principal, provider, model, service_tier, unpriced_reason, ifNull(provider_cost, local_cost) AS cost,
      input_tokens, cache_read_tokens, cache_creation_tokens, cache_creation_1h_tokens, output_tokens, reasoning_tokens
    FROM ${DATABASE}.model_calls FINAL
    WHERE has(row_months, toYYYYMM(start)) AND start >= range_from AND start < range_to AND has(row_days, toDate(start))
      AND run_id NOT IN (SELECT run_id FROM mixed)
    UNION ALL
    SELECT start, workflow, owner, team, principal, provider, model, service_tier, unpriced_reason, cost,
      input_tokens, cache_read_tokens, cache_creation_tokens, cache_creation_1h_tokens, output_tokens, reasoning_tokens
    FROM ${DATABASE}.counted_model_calls
    WHERE run_id IN (SELECT run_id FROM mixed) AND start >= range_from AND start < range_to AND has(row_days, toDate(start))
  ) AS c
  GROUP BY ALL
);
