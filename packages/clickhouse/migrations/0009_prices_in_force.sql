-- Idempotent (replaced at each change), light. Which price of a report counts, and which ones it had before.

-- Every price that a report was given: by its provider, at insert, and by each repricing since. Of a report one is in force: the
-- provider's where there is one, else the newest. A report that had none at insert has a row without a cost.
CREATE OR REPLACE VIEW ${DATABASE}.model_call_prices ${ON_CLUSTER}
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
WITH given AS (
  SELECT run_id, trace_id, span_id, span_hash, 'provider' AS cost_source, provider_cost AS cost, '' AS price_version, '' AS price_id,
    received_at AS priced_at, '' AS priced_by, 2 AS standing
  FROM ${DATABASE}.model_calls FINAL
  WHERE isNotNull(provider_cost)
  UNION ALL
  SELECT run_id, trace_id, span_id, span_hash, 'local' AS cost_source, local_cost AS cost, toString(local_price_version) AS price_version,
    toString(price_id) AS price_id, received_at AS priced_at, '' AS priced_by, 0 AS standing
  FROM ${DATABASE}.model_calls FINAL
  UNION ALL
  SELECT run_id, trace_id, span_id, span_hash, 'local' AS cost_source, CAST(cost, 'Nullable(Decimal(38, 15))') AS cost,
    toString(price_version) AS price_version, price_id, received_at AS priced_at, repriced_by AS priced_by, 1 AS standing
  FROM ${DATABASE}.model_call_repricings FINAL
)
SELECT * EXCEPT (standing),
  row_number() OVER (PARTITION BY run_id, trace_id, span_id, span_hash ORDER BY standing DESC, priced_at DESC, price_id DESC) = 1 AS in_force
FROM given;

-- Each report with the price that counts. The local one, which a repricing renews, stays beside the provider's.
CREATE OR REPLACE VIEW ${DATABASE}.priced_model_calls ${ON_CLUSTER}
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
SELECT m.* EXCEPT (cost, cost_source, price_version, unpriced_reason, local_cost, local_price_version, price_id),
  if(r.repriced = 1, r.new_cost, m.local_cost) AS local_cost,
  if(r.repriced = 1, r.new_version, m.local_price_version) AS local_price_version,
  if(r.repriced = 1, r.new_id, m.price_id) AS price_id,
  if(isNotNull(m.provider_cost), m.provider_cost, if(r.repriced = 1, r.new_cost, m.local_cost)) AS cost,
  multiIf(isNotNull(m.provider_cost), 'provider', r.repriced = 1 OR isNotNull(m.local_cost), 'local', '') AS cost_source,
  multiIf(isNotNull(m.provider_cost), '', r.repriced = 1, r.new_version, m.local_price_version) AS price_version,
  if(r.repriced = 1, '', m.unpriced_reason) AS unpriced_reason
FROM ${DATABASE}.model_calls AS m FINAL
LEFT JOIN (
  SELECT run_id, trace_id, span_id, span_hash, CAST(argMax(cost, (received_at, price_id)), 'Nullable(Decimal(38, 15))') AS new_cost,
    argMax(toString(price_version), (received_at, price_id)) AS new_version, argMax(price_id, (received_at, price_id)) AS new_id, 1 AS repriced
  FROM ${DATABASE}.model_call_repricings FINAL
  GROUP BY run_id, trace_id, span_id, span_hash
) AS r ON m.run_id = r.run_id AND m.trace_id = r.trace_id AND m.span_id = r.span_id AND m.span_hash = r.span_hash;

-- The one definition of a counted call, as before (0006), over the prices that count now.
CREATE OR REPLACE VIEW ${DATABASE}.model_call_reports ${ON_CLUSTER}
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
WITH keyed AS (
  SELECT *,
    (scope_name, scope_version) AS scope,
    response_id != '' AS has_id,
    ifNull(cache_read_tokens, 0) + ifNull(cache_creation_tokens, 0) AS cached_count,
    -- Complete: this report says what the call used. Only such reports are compared; input is normalised to include what was cached.
    isNotNull(input_tokens) AND (isNotNull(output_tokens) OR operation = 'embeddings') AS complete,
    if(complete, (assumeNotNull(input_tokens) + if(cached_count > assumeNotNull(input_tokens), cached_count, 0), ifNull(output_tokens, 0)),
      (toUInt64(0), toUInt64(0))) AS tokens,
    -- A process that is not named is known by its trace only.
    if(process = '', hex(trace_id), process) AS place,
    (isNull(cost), cost_source != 'provider', NOT governed, start, scope, span_id, span_hash) AS preference
  FROM ${DATABASE}.priced_model_calls
),
by_id AS (
  SELECT *,
    row_number() OVER (PARTITION BY run_id, response_id, complete, tokens, scope ORDER BY start, span_id, span_hash) AS nth_of_id,
    countIf(complete) OVER (PARTITION BY run_id, response_id)
      - countIf(complete) OVER (PARTITION BY run_id, response_id, scope) AS complete_elsewhere,
    max(end) OVER (PARTITION BY run_id, place, complete, tokens ORDER BY start, end DESC, span_id, span_hash
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS end_before
  FROM keyed
),
-- A nest: reports with equal tokens in one place, each inside the first in time.
nested AS (
  SELECT *,
    row_number() OVER (PARTITION BY run_id, response_id, complete, tokens, nth_of_id ORDER BY preference) AS rank_of_id,
    countIf(end > end_before) OVER (PARTITION BY run_id, place, complete, tokens ORDER BY start, end DESC, span_id, span_hash
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS nest
  FROM by_id
),
-- Reports without an id stand first for the calls of the nest whose ids their scope did not report; what is left is calls of its own.
numbered AS (
  SELECT *,
    toInt64(row_number() OVER (PARTITION BY run_id, place, complete, tokens, nest, scope, has_id ORDER BY start, span_id, span_hash))
      - toInt64(uniqExactIf((response_id, nth_of_id), has_id) OVER (PARTITION BY run_id, place, complete, tokens, nest))
      + toInt64(countIf(has_id) OVER (PARTITION BY run_id, place, complete, tokens, nest, scope)) AS nth_in_nest
  FROM nested
),
ranked AS (
  SELECT *,
    row_number() OVER (PARTITION BY run_id, place, complete, tokens, nest, has_id, nth_in_nest ORDER BY preference) AS rank_in_nest
  FROM numbered
)
SELECT * EXCEPT (scope, has_id, cached_count, complete, tokens, place, preference, nth_of_id, complete_elsewhere, end_before, nest,
    rank_of_id, nth_in_nest, rank_in_nest),
  multiIf(
    has_id, rank_of_id = 1 AND (complete OR nth_of_id > complete_elsewhere),
    complete, nth_in_nest > 0 AND rank_in_nest = 1,
    true) AS counted,
  multiIf(
    counted AND has_id, 'the report that counts for its response id',
    counted, 'the only report of its call, or the one that counts for it',
    has_id, 'another scope reported the same response id with agreeing usage',
    'a report of another scope, one inside the other, has the same usage') AS why
FROM ranked;

CREATE OR REPLACE VIEW ${DATABASE}.counted_model_calls ${ON_CLUSTER}
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
SELECT * EXCEPT (counted, why) FROM ${DATABASE}.model_call_reports WHERE counted;
