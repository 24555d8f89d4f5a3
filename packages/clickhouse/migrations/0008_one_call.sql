-- Idempotent (replaced at each change), light. What every page, panel, query and export reads.

-- The one definition of a counted call. Within a run, reports of different scopes are one call when they carry the same response
-- id and their usage agrees, or, where an id is missing, when one lies inside the other in time, in one process, with equal tokens.
-- Inside means: at least half of the later one, since clocks differ by what a span takes to begin and to end. Reports of one scope
-- are never merged, so a repeated id or a wrapping span hides nothing: a group of reports holds as many calls as its most talkative
-- scope has reports, the n-th report of each scope being the same call. Of those the one that is priced counts, then the one
-- whose cost the provider reported, then the one that says most of cached tokens. A report without usage is a call of its own,
-- unless its scope is known to report the calls of an SDK and another such scope reported a call at that time.
-- Every window is partitioned by the run.
CREATE OR REPLACE VIEW ${DATABASE}.model_call_reports ${ON_CLUSTER}
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
WITH effective AS (
  SELECT m.* EXCEPT (cost, cost_source, price_version, unpriced_reason),
    if(isNull(m.cost) AND r.repriced = 1, r.new_cost, m.cost) AS cost,
    if(isNull(m.cost) AND r.repriced = 1, 'local', m.cost_source) AS cost_source,
    if(isNull(m.cost) AND r.repriced = 1, r.new_version, m.price_version) AS price_version,
    if(isNull(m.cost) AND r.repriced = 1, '', m.unpriced_reason) AS unpriced_reason
  FROM ${DATABASE}.model_calls AS m FINAL
  LEFT JOIN (
    SELECT run_id, trace_id, span_id, span_hash, argMax(cost, received_at) AS new_cost,
      argMax(price_version, received_at) AS new_version, 1 AS repriced
    FROM ${DATABASE}.model_call_repricings FINAL
    GROUP BY run_id, trace_id, span_id, span_hash
  ) AS r ON m.run_id = r.run_id AND m.trace_id = r.trace_id AND m.span_id = r.span_id AND m.span_hash = r.span_hash
),
keyed AS (
  SELECT *,
    (scope_name, scope_version) AS scope,
    ${IS_KNOWN_SCOPE} AS known,
    response_id != '' AS has_id,
    ifNull(cache_read_tokens, 0) + ifNull(cache_creation_tokens, 0) AS cached_count,
    -- Complete: this report says what the call used. Only such reports are compared; input is normalised to include what was cached.
    isNotNull(input_tokens) AND (isNotNull(output_tokens) OR operation = 'embeddings') AS complete,
    if(complete, (assumeNotNull(input_tokens) + if(cached_count > assumeNotNull(input_tokens), cached_count, 0), ifNull(output_tokens, 0)),
      (toUInt64(0), toUInt64(0))) AS tokens,
    -- A process that is not named is known by its trace only.
    if(process = '', hex(trace_id), process) AS place,
    (isNull(cost), cost_source != 'provider', NOT governed, isNull(input_tokens),
      isNull(cache_read_tokens) + isNull(cache_creation_tokens) + isNull(reasoning_tokens), NOT has_id, start, scope, span_id, span_hash) AS preference
  FROM effective
),
by_id AS (
  SELECT *,
    row_number() OVER (PARTITION BY run_id, response_id, complete, tokens, scope ORDER BY start, span_id, span_hash) AS nth_of_id,
    countIf(complete) OVER (PARTITION BY run_id, response_id)
      - countIf(complete) OVER (PARTITION BY run_id, response_id, scope) AS complete_elsewhere,
    max(end) OVER (PARTITION BY run_id, place, complete, tokens ORDER BY start, end DESC, span_id, span_hash
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS end_before,
    max(end) OVER (PARTITION BY run_id, place ORDER BY start, end DESC, span_id, span_hash
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS any_end_before
  FROM keyed
),
-- A nest: reports with equal tokens in one place, each inside what began before it. A bout: the same, whatever their tokens.
nested AS (
  SELECT *,
    row_number() OVER (PARTITION BY run_id, response_id, complete, tokens, nth_of_id ORDER BY preference) AS rank_of_id,
    countIf(NOT (start <= end_before AND 2 * (toUnixTimestamp64Nano(least(end, end_before)) - toUnixTimestamp64Nano(start)) >= toUnixTimestamp64Nano(end) - toUnixTimestamp64Nano(start))) OVER (PARTITION BY run_id, place, complete, tokens ORDER BY start, end DESC, span_id, span_hash
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS nest,
    countIf(NOT (start <= any_end_before AND 2 * (toUnixTimestamp64Nano(least(end, any_end_before)) - toUnixTimestamp64Nano(start)) >= toUnixTimestamp64Nano(end) - toUnixTimestamp64Nano(start))) OVER (PARTITION BY run_id, place ORDER BY start, end DESC, span_id, span_hash
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS bout
  FROM by_id
),
numbered AS (
  SELECT *,
    min(start) OVER (PARTITION BY run_id, place, complete, tokens, nest, response_id, nth_of_id) AS id_start,
    toInt64(uniqExactIf((response_id, nth_of_id), has_id) OVER (PARTITION BY run_id, place, complete, tokens, nest)) AS ids_in_nest,
    toInt64(countIf(has_id) OVER (PARTITION BY run_id, place, complete, tokens, nest, scope)) AS own_ids,
    toInt64(row_number() OVER (PARTITION BY run_id, place, complete, tokens, nest, scope, has_id ORDER BY start, span_id, span_hash)) AS nth_of_scope
  FROM nested
),
-- Reports without an id stand first for the calls of the nest whose ids their scope did not report; what is left is calls of its own.
-- Where their scope has no ids at all, the n-th stands for the n-th call, and counts for it where it says more.
grouped AS (
  SELECT *,
    nth_of_scope - ids_in_nest + own_ids AS nth_in_nest,
    NOT has_id AND own_ids = 0 AND nth_of_scope <= ids_in_nest AS stands_for_id,
    has_id OR stands_for_id AS of_id,
    if(has_id, toInt64(dense_rank() OVER (PARTITION BY run_id, place, complete, tokens, nest, has_id ORDER BY id_start, response_id, nth_of_id)),
      nth_of_scope) AS nth_call
  FROM numbered
),
ranked AS (
  SELECT *,
    row_number() OVER (PARTITION BY run_id, place, complete, tokens, nest, has_id, nth_in_nest ORDER BY preference) AS rank_in_nest,
    row_number() OVER (PARTITION BY run_id, place, complete, tokens, nest, of_id, nth_call
      ORDER BY NOT stands_for_id AND rank_of_id > 1, preference) AS rank_of_call,
    max(has_id AND rank_of_id = 1) OVER (PARTITION BY run_id, place, complete, tokens, nest, of_id, nth_call) AS call_is_here
  FROM grouped
),
told AS (
  SELECT *,
    multiIf(
      has_id AND complete, rank_of_id = 1 AND rank_of_call = 1,
      has_id, rank_of_id = 1 AND nth_of_id > complete_elsewhere,
      NOT complete, true,
      stands_for_id, call_is_here AND rank_of_call = 1,
      nth_in_nest > 0 AND rank_in_nest = 1) AS stands,
    -- Without usage, of a scope that another one may report the calls of: what it is, the rest of its bout decides.
    NOT complete AND known AND stands AS open
  FROM ranked
),
-- Calls without an id may be those whose ids came without usage, each of one; ids that differ are never one call.
open_ids AS (
  SELECT *,
    toInt64(countIf(stands AND complete AND known AND NOT has_id) OVER (PARTITION BY run_id, place, bout))
      - toInt64(countIf(complete AND known AND NOT has_id) OVER (PARTITION BY run_id, place, bout, scope)) AS plain_elsewhere,
    toInt64(dense_rank() OVER (PARTITION BY run_id, place, bout, open AND has_id ORDER BY response_id, nth_of_id)) AS nth_open_id,
    stands AND NOT (open AND has_id AND nth_open_id <= plain_elsewhere) AS id_stands
  FROM told
),
open_rest AS (
  SELECT *,
    open AND NOT has_id AS unsaid,
    toInt64(row_number() OVER (PARTITION BY run_id, place, bout, scope, unsaid ORDER BY start, span_id, span_hash))
      - greatest(0, toInt64(countIf(id_stands AND known AND NOT unsaid) OVER (PARTITION BY run_id, place, bout))
        - toInt64(countIf(NOT unsaid AND known) OVER (PARTITION BY run_id, place, bout, scope))) AS nth_unsaid
  FROM open_ids
),
last AS (
  SELECT *,
    row_number() OVER (PARTITION BY run_id, place, bout, unsaid, nth_unsaid ORDER BY preference) AS rank_unsaid
  FROM open_rest
)
SELECT * EXCEPT (scope, known, has_id, cached_count, complete, tokens, place, preference, nth_of_id, complete_elsewhere, end_before, any_end_before,
    nest, bout, rank_of_id, id_start, ids_in_nest, own_ids, nth_of_scope, nth_in_nest, stands_for_id, of_id, nth_call, rank_in_nest, rank_of_call,
    call_is_here, stands, open, plain_elsewhere, nth_open_id, id_stands, unsaid, nth_unsaid, rank_unsaid),
  if(unsaid, nth_unsaid > 0 AND rank_unsaid = 1, id_stands) AS counted,
  multiIf(
    counted AND has_id, 'the report that counts for its response id',
    counted, 'the only report of its call, or the one that counts for it',
    open, 'a report of another scope, at the same time, is of the same call',
    has_id AND rank_of_id = 1, 'a report of another scope, one inside the other, has the same usage and says more',
    has_id, 'another scope reported the same response id with agreeing usage',
    'a report of another scope, one inside the other, has the same usage') AS why
FROM last;
