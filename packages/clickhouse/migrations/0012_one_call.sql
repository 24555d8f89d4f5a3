-- Idempotent, light. What a span reports of a model call, as before (0007), and whether its output was over and its cached tokens
-- are ever said.
DROP VIEW IF EXISTS ${DATABASE}.model_reports_mv ${ON_CLUSTER};

CREATE MATERIALIZED VIEW ${DATABASE}.model_reports_mv ${ON_CLUSTER} TO ${DATABASE}.model_reports
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
WITH sent AS (
  SELECT
    run_id, governed, principal, trace_id, span_id, span_hash, start, scope_name, scope_version, received_at,
    attributes['tollgate.workflow'] AS workflow,
    attributes['tollgate.owner'] AS owner,
    attributes['tollgate.team'] AS team,
    addNanoseconds(start, toInt64(duration)) AS end,
    ${PROCESS} AS process,
    ${SCOPE_RULE} AS rule,
    ${OPERATION} AS operation,
    substringUTF8(${PROVIDER}, 1, 256) AS sent_provider,
    if(sent_provider != '', sent_provider, ${PROVIDER_OF_RULE}) AS provider,
    substringUTF8(${MODEL}, 1, 256) AS model,
    substringUTF8(${RESPONSE_ID}, 1, 512) AS response_id,
    ${SERVICE_TIER} AS service_tier,
    ${INPUT_TOKENS} AS input_text,
    ${OUTPUT_TOKENS} AS output_text,
    ${CACHE_READ_TOKENS} AS read_text,
    ${CACHE_CREATION_TOKENS} AS creation_text,
    ${CACHE_CREATION_HOUR_TOKENS} AS hour_text,
    ${REASONING_TOKENS} AS reasoning_text,
    if(toUInt64OrNull(input_text) <= 1000000000, toUInt64OrNull(input_text), NULL) AS sent_input,
    if(toUInt64OrNull(output_text) <= 1000000000, toUInt64OrNull(output_text), NULL) AS sent_output,
    if(toUInt64OrNull(read_text) <= 1000000000, toUInt64OrNull(read_text), NULL) AS sent_read,
    if(toUInt64OrNull(creation_text) <= 1000000000, toUInt64OrNull(creation_text), NULL) AS sent_creation,
    if(toUInt64OrNull(hour_text) <= 1000000000, toUInt64OrNull(hour_text), NULL) AS sent_hour,
    if(toUInt64OrNull(reasoning_text) <= 1000000000, toUInt64OrNull(reasoning_text), NULL) AS sent_reasoning,
    (input_text != '' AND sent_input IS NULL) OR (output_text != '' AND sent_output IS NULL)
      OR (read_text != '' AND sent_read IS NULL) OR (creation_text != '' AND sent_creation IS NULL)
      OR (hour_text != '' AND sent_hour IS NULL) AS unreadable,
    if(attributes['tollgate.cost.source'] = 'provider' AND match(attributes['tollgate.cost.usd'], '^(0|[1-9][0-9]{0,8})([.][0-9]{1,15})?$'),
      toDecimal128OrNull(attributes['tollgate.cost.usd'], 15), NULL) AS provider_cost
  FROM ${DATABASE}.parsed_spans
  WHERE rejection = '' AND ${IS_MODEL_CALL}
),
meant AS (
  SELECT *,
    -- Numbers that say nothing about the call: what a library writes when it was not told, or made up itself.
    ${ZERO_IS_UNKNOWN} AND ifNull(sent_input, 0) = 0 AND ifNull(sent_output, 0) = 0
      AND (isNotNull(sent_input) OR isNotNull(sent_output)) AS zero_unknown,
    ${OWN_ESTIMATES} AND (isNotNull(sent_input) OR isNotNull(sent_output)) AS estimated,
    zero_unknown OR estimated AS unknown,
    -- The first event of a stream counts some output; what it is in the end was not heard.
    ${OUTPUT_IS_UNFINISHED} AND isNotNull(sent_output) AS unfinished,
    ${CACHED_IS_UNSAID} AND isNotNull(sent_input) AND cached = 0 AS unsaid,
    ifNull(sent_read, 0) + greatest(ifNull(sent_creation, 0), ifNull(sent_hour, 0)) AS cached,
    ${EXCLUDES_CACHED} AND cached > 0 AS leaves_out,
    cached > ifNull(sent_input, 0) AS more_cached_than_input
  FROM sent
)
SELECT
  run_id, governed, workflow, owner, team, principal, trace_id, span_id, span_hash, start, end, scope_name, scope_version,
  process, operation, provider, model, response_id,
  if(unknown, NULL, sent_input + if(leaves_out OR more_cached_than_input, cached, 0)) AS input_tokens,
  if(unknown, NULL, sent_read) AS cache_read_tokens,
  if(unknown, NULL, if(sent_hour > ifNull(sent_creation, 0), sent_hour, sent_creation)) AS cache_creation_tokens,
  if(unknown, NULL, sent_hour) AS cache_creation_1h_tokens,
  if(unknown OR unfinished, NULL, sent_output) AS output_tokens,
  if(unknown OR unfinished, NULL, sent_reasoning) AS reasoning_tokens,
  service_tier,
  multiIf(unreadable, 'unreadable', isNull(sent_input) AND isNull(sent_output), 'absent', zero_unknown, 'zero_means_unknown',
    estimated, 'estimated', unfinished, 'output_unfinished', leaves_out OR more_cached_than_input, 'cached_tokens_excluded',
    unsaid, 'cached_tokens_unsaid', '') AS usage_note,
  unreadable, provider_cost, received_at
FROM meant;

-- The one definition of a counted call. Within a run, reports of different scopes are one call when they carry the same response
-- id and their usage agrees, or, where an id is missing, when one lies inside the other in time, in one process, with equal tokens.
-- Inside means: at least half of the later one, since clocks differ by what a span takes to begin and to end. Reports of one scope
-- are never merged, so a repeated id or a wrapping span hides nothing: a group of reports holds as many calls as its most talkative
-- scope has reports, the n-th report of each scope being the same call. Of those the one that is priced counts, then the one
-- whose cost the provider reported, then the one that says most of what prices depend on. A report without usage is a call of its own,
-- unless its scope is known to report the calls of an SDK and another such scope reported a call at that time.
-- Every window is partitioned by the run.
CREATE OR REPLACE VIEW ${DATABASE}.model_call_reports ${ON_CLUSTER}
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
WITH keyed AS (
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
    (isNull(cost), cost_source != 'provider', NOT governed, isNull(input_tokens), service_tier = '',
      isNull(cache_read_tokens) + isNull(cache_creation_tokens) + isNull(cache_creation_1h_tokens), NOT has_id, isNull(reasoning_tokens), start, scope, span_id, span_hash) AS preference
  FROM ${DATABASE}.priced_model_calls
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
