-- Idempotent; goes through the principals of all spans once. Who sent what is known by the key that it came with; everything else that a
-- span says is a claim. So reports of a model call are one call only where one principal sent them, and of each run it is known which
-- principals sent something of it, and whether it was registered under an id that the service did not give.
ALTER TABLE ${DATABASE}.run_summaries ${ON_CLUSTER}
  ADD COLUMN IF NOT EXISTS principals SimpleAggregateFunction(groupUniqArrayArray, Array(String)) AFTER principal;
ALTER TABLE ${DATABASE}.run_summaries ${ON_CLUSTER}
  ADD COLUMN IF NOT EXISTS registered_late SimpleAggregateFunction(max, Bool) AFTER registered;

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
  groupUniqArray(toString(p.principal)) AS principals,
  max(p.service) AS service,
  min(start) AS started_at,
  max(greatest(start, addNanoseconds(start, toInt64(duration)))) AS last_at,
  min(p.received_at) AS first_received_at,
  max(p.received_at) AS received_at,
  max(if(status = '', (toDateTime64(0, 9, 'UTC'), ''), (start, status))) AS claimed_status
FROM ${DATABASE}.parsed_spans AS p
WHERE rejection = ''
GROUP BY run_id, toYYYYMM(start);

ALTER TABLE ${DATABASE}.run_summaries_of_registrations_mv ${ON_CLUSTER} MODIFY QUERY
SELECT
  run_id, true AS governed, registered_at AS started_at, true AS registered, late AS registered_late, workflow AS registered_workflow,
  policy_version AS registered_policy_version, owner AS registered_owner, team AS registered_team, principal AS registered_principal,
  initiator, initiator_verified
FROM ${DATABASE}.run_registrations;

-- What is there already. Repeated, it changes nothing.
INSERT INTO ${DATABASE}.run_summaries (run_id, started_at, principals)
SELECT run_id, min(start), groupUniqArray(toString(s.principal))
FROM ${DATABASE}.spans AS s
GROUP BY run_id, toYYYYMM(start)
SETTINGS max_partitions_per_insert_block = 0, final = 0;

INSERT INTO ${DATABASE}.run_summaries (run_id, started_at, registered_late)
SELECT run_id, registered_at, true
FROM ${DATABASE}.run_registrations WHERE late
SETTINGS max_partitions_per_insert_block = 0;

-- Runs as before (0023), with who sent something of them, and whether they were registered under an id that the service did not give.
CREATE OR REPLACE VIEW ${DATABASE}.runs ${ON_CLUSTER}
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
SELECT
  run_id,
  toUInt8(s.registered) AS registered,
  s.registered_late AS late,
  governed,
  if(s.registered, registered_workflow, s.workflow) AS workflow,
  if(s.registered, registered_policy_version, s.policy_version) AS policy_version,
  if(s.registered, registered_owner, s.owner) AS owner,
  if(s.registered, registered_team, s.team) AS team,
  if(s.registered, registered_principal, s.principal) AS principal,
  s.principals AS principals,
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

-- The one definition of a counted call, as before (0012), but of each principal apart: a report that somebody else sent neither takes the
-- place of a call nor hides in one. Within a run and a principal, reports of different scopes are one call when they carry the same
-- response id and their usage agrees, or, where an id is missing, when one lies inside the other in time, in one process, with equal tokens.
-- Inside means: at least half of the later one, since clocks differ by what a span takes to begin and to end. Reports of one scope
-- are never merged, so a repeated id or a wrapping span hides nothing: a group of reports holds as many calls as its most talkative
-- scope has reports, the n-th report of each scope being the same call. Of those the one that is priced counts, then the one
-- whose cost the provider reported, then the one that says most of what prices depend on. A report without usage is a call of its own,
-- unless its scope is known to report the calls of an SDK and another such scope reported a call at that time.
-- Every window is partitioned by the run and the principal.
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
    row_number() OVER (PARTITION BY run_id, principal, response_id, complete, tokens, scope ORDER BY start, span_id, span_hash) AS nth_of_id,
    countIf(complete) OVER (PARTITION BY run_id, principal, response_id)
      - countIf(complete) OVER (PARTITION BY run_id, principal, response_id, scope) AS complete_elsewhere,
    max(end) OVER (PARTITION BY run_id, principal, place, complete, tokens ORDER BY start, end DESC, span_id, span_hash
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS end_before,
    max(end) OVER (PARTITION BY run_id, principal, place ORDER BY start, end DESC, span_id, span_hash
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS any_end_before
  FROM keyed
),
-- A nest: reports with equal tokens in one place, each inside what began before it. A bout: the same, whatever their tokens.
nested AS (
  SELECT *,
    row_number() OVER (PARTITION BY run_id, principal, response_id, complete, tokens, nth_of_id ORDER BY preference) AS rank_of_id,
    countIf(NOT (start <= end_before AND 2 * (toUnixTimestamp64Nano(least(end, end_before)) - toUnixTimestamp64Nano(start)) >= toUnixTimestamp64Nano(end) - toUnixTimestamp64Nano(start))) OVER (PARTITION BY run_id, principal, place, complete, tokens ORDER BY start, end DESC, span_id, span_hash
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS nest,
    countIf(NOT (start <= any_end_before AND 2 * (toUnixTimestamp64Nano(least(end, any_end_before)) - toUnixTimestamp64Nano(start)) >= toUnixTimestamp64Nano(end) - toUnixTimestamp64Nano(start))) OVER (PARTITION BY run_id, principal, place ORDER BY start, end DESC, span_id, span_hash
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS bout
  FROM by_id
),
numbered AS (
  SELECT *,
    min(start) OVER (PARTITION BY run_id, principal, place, complete, tokens, nest, response_id, nth_of_id) AS id_start,
    toInt64(uniqExactIf((response_id, nth_of_id), has_id) OVER (PARTITION BY run_id, principal, place, complete, tokens, nest)) AS ids_in_nest,
    toInt64(countIf(has_id) OVER (PARTITION BY run_id, principal, place, complete, tokens, nest, scope)) AS own_ids,
    toInt64(row_number() OVER (PARTITION BY run_id, principal, place, complete, tokens, nest, scope, has_id ORDER BY start, span_id, span_hash)) AS nth_of_scope
  FROM nested
),
-- Reports without an id stand first for the calls of the nest whose ids their scope did not report; what is left is calls of its own.
-- Where their scope has no ids at all, the n-th stands for the n-th call, and counts for it where it says more.
grouped AS (
  SELECT *,
    nth_of_scope - ids_in_nest + own_ids AS nth_in_nest,
    NOT has_id AND own_ids = 0 AND nth_of_scope <= ids_in_nest AS stands_for_id,
    has_id OR stands_for_id AS of_id,
    if(has_id, toInt64(dense_rank() OVER (PARTITION BY run_id, principal, place, complete, tokens, nest, has_id ORDER BY id_start, response_id, nth_of_id)),
      nth_of_scope) AS nth_call
  FROM numbered
),
ranked AS (
  SELECT *,
    row_number() OVER (PARTITION BY run_id, principal, place, complete, tokens, nest, has_id, nth_in_nest ORDER BY preference) AS rank_in_nest,
    row_number() OVER (PARTITION BY run_id, principal, place, complete, tokens, nest, of_id, nth_call
      ORDER BY NOT stands_for_id AND rank_of_id > 1, preference) AS rank_of_call,
    max(has_id AND rank_of_id = 1) OVER (PARTITION BY run_id, principal, place, complete, tokens, nest, of_id, nth_call) AS call_is_here
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
    toInt64(countIf(stands AND complete AND known AND NOT has_id) OVER (PARTITION BY run_id, principal, place, bout))
      - toInt64(countIf(complete AND known AND NOT has_id) OVER (PARTITION BY run_id, principal, place, bout, scope)) AS plain_elsewhere,
    toInt64(dense_rank() OVER (PARTITION BY run_id, principal, place, bout, open AND has_id ORDER BY response_id, nth_of_id)) AS nth_open_id,
    stands AND NOT (open AND has_id AND nth_open_id <= plain_elsewhere) AS id_stands
  FROM told
),
open_rest AS (
  SELECT *,
    open AND NOT has_id AS unsaid,
    toInt64(row_number() OVER (PARTITION BY run_id, principal, place, bout, scope, unsaid ORDER BY start, span_id, span_hash))
      - greatest(0, toInt64(countIf(id_stands AND known AND NOT unsaid) OVER (PARTITION BY run_id, principal, place, bout))
        - toInt64(countIf(NOT unsaid AND known) OVER (PARTITION BY run_id, principal, place, bout, scope))) AS nth_unsaid
  FROM open_ids
),
last AS (
  SELECT *,
    row_number() OVER (PARTITION BY run_id, principal, place, bout, unsaid, nth_unsaid ORDER BY preference) AS rank_unsaid
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

-- Days with calls of a run that several principals reported may count otherwise now: they are read from rows until they are built again.
INSERT INTO ${DATABASE}.cost_days (day, version, open)
SELECT DISTINCT toDate(start), now64(9, 'UTC'), true
FROM ${DATABASE}.model_calls
WHERE run_id IN (SELECT run_id FROM ${DATABASE}.model_calls GROUP BY run_id HAVING uniqExact(principal) > 1 SETTINGS final = 0)
  AND toDate(start) IN (SELECT day FROM ${DATABASE}.cost_days)
  AND toDate(start) >= (SELECT argMax(kept_from, version) FROM ${DATABASE}.cost_days WHERE day = toDate(0));
