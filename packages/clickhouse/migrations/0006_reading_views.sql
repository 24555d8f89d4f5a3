-- Idempotent (replaced at each change), light. What every page, panel, query and export reads.

-- The one definition of a counted call. Within a run, reports of different scopes are one call when they carry the same response
-- id and their usage agrees, or, where an id is missing, when one lies inside the other in time, in one process, with equal tokens.
-- Reports of one scope are never merged, so a repeated id or a wrapping span hides nothing: a group of reports holds as many calls
-- as its most talkative scope has reports, the n-th report of each scope being the same call. Of those the one that is priced
-- counts, then the one whose cost the provider reported. Every window is partitioned by the run.
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
    response_id != '' AS has_id,
    ifNull(cache_read_tokens, 0) + ifNull(cache_creation_tokens, 0) AS cached_count,
    -- Complete: this report says what the call used. Only such reports are compared; input is normalised to include what was cached.
    isNotNull(input_tokens) AND (isNotNull(output_tokens) OR operation = 'embeddings') AS complete,
    if(complete, (assumeNotNull(input_tokens) + if(cached_count > assumeNotNull(input_tokens), cached_count, 0), ifNull(output_tokens, 0)),
      (toUInt64(0), toUInt64(0))) AS tokens,
    -- A process that is not named is known by its trace only.
    if(process = '', hex(trace_id), process) AS place,
    (isNull(cost), cost_source != 'provider', NOT governed, start, scope, span_id, span_hash) AS preference
  FROM effective
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

-- Spans of one id with different content: somebody changed what had been sent.
CREATE OR REPLACE VIEW ${DATABASE}.conflicting_spans ${ON_CLUSTER}
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
SELECT run_id, trace_id, span_id, count() AS versions, groupArray(span_hash) AS span_hashes,
  groupUniqArray(principal) AS principals, min(received_at) AS first_received_at, max(received_at) AS last_received_at
FROM ${DATABASE}.spans FINAL
GROUP BY run_id, trace_id, span_id
HAVING versions > 1;

-- One row a run: what the service registered, beside what the agent's evidence claims. A run is a trace where nothing names one.
CREATE OR REPLACE VIEW ${DATABASE}.runs ${ON_CLUSTER}
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
WITH seen AS (
  SELECT run_id, max(governed) AS governed, anyIf(workflow, workflow != '') AS workflow, anyIf(policy_version, policy_version != '') AS policy_version,
    anyIf(owner, owner != '') AS owner, anyIf(team, team != '') AS team, any(principal) AS principal, any(service) AS service,
    min(start) AS started_at, max(addNanoseconds(start, toInt64(duration))) AS last_at, count() AS spans,
    argMaxIf(attributes['tollgate.final_status'], start, attributes['tollgate.final_status'] != '') AS final_status,
    uniqExactIf(attributes['tollgate.final_status'], attributes['tollgate.final_status'] != '') AS final_statuses
  FROM ${DATABASE}.spans FINAL
  GROUP BY run_id
),
both AS (
  SELECT run_id, true AS is_registration, true AS governed, workflow, policy_version, owner, team, principal, initiator, initiator_verified,
    '' AS service, registered_at AS started_at, registered_at AS last_at, toUInt64(0) AS spans, '' AS final_status, toUInt64(0) AS final_statuses
  FROM ${DATABASE}.run_registrations FINAL
  UNION ALL
  SELECT run_id, false AS is_registration, governed, workflow, policy_version, owner, team, principal, '' AS initiator, false AS initiator_verified,
    service, started_at, last_at, spans, final_status, final_statuses
  FROM seen
)
-- Grouped rather than joined: a condition on run_id then reaches the keys of both tables. At most one row a side.
SELECT
  run_id,
  toUInt8(max(b.is_registration)) AS registered,
  max(b.governed) AS governed,
  argMax(b.workflow, b.is_registration) AS workflow,
  argMax(b.policy_version, b.is_registration) AS policy_version,
  argMax(b.owner, b.is_registration) AS owner,
  argMax(b.team, b.is_registration) AS team,
  argMax(b.principal, b.is_registration) AS principal,
  argMax(b.initiator, b.is_registration) AS initiator,
  argMax(b.initiator_verified, b.is_registration) AS initiator_verified,
  argMin(b.service, b.is_registration) AS service,
  min(b.started_at) AS started_at,
  if(final_status = 'unsealed', NULL, maxIf(b.last_at, NOT b.is_registration)) AS ended_at,
  if(max(b.final_status) = '', 'unsealed', max(b.final_status)) AS final_status,
  max(b.final_statuses) AS final_statuses,
  max(b.spans) AS spans
FROM both AS b
GROUP BY run_id;

-- The newest state of each flag.
CREATE OR REPLACE VIEW ${DATABASE}.current_flags ${ON_CLUSTER}
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
SELECT flag_id, argMax(control, o) AS control, argMax(severity, o) AS severity, argMax(workflow, o) AS workflow, argMax(run_id, o) AS run_id,
  argMax(owner, o) AS owner, argMax(team, o) AS team, argMax(state, o) AS state, argMax(at, o) AS since, argMax(raised_at, o) AS raised_at,
  argMax(due_at, o) AS due_at, argMax(summary, o) AS summary
FROM (SELECT *, (at, received_at) AS o FROM ${DATABASE}.flags FINAL)
GROUP BY flag_id;

-- For tools that expect the clickhouseexporter's table: its columns, without content.
CREATE OR REPLACE VIEW ${DATABASE}.otel_traces ${ON_CLUSTER}
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
SELECT
  start AS Timestamp, lower(hex(trace_id)) AS TraceId, lower(hex(span_id)) AS SpanId,
  if(parent_span_id = toFixedString('', 8), '', lower(hex(parent_span_id))) AS ParentSpanId, trace_state AS TraceState,
  name AS SpanName, kind AS SpanKind, service AS ServiceName, resource_attributes AS ResourceAttributes,
  scope_name AS ScopeName, scope_version AS ScopeVersion, attributes AS SpanAttributes, duration AS Duration,
  status AS StatusCode, '' AS StatusMessage,
  event_times AS `Events.Timestamp`, event_names AS `Events.Name`,
  arrayMap(n -> CAST(map(), 'Map(LowCardinality(String), String)'), event_names) AS `Events.Attributes`,
  link_trace_ids AS `Links.TraceId`, link_span_ids AS `Links.SpanId`, link_trace_states AS `Links.TraceState`,
  arrayMap(n -> CAST(map(), 'Map(LowCardinality(String), String)'), link_trace_ids) AS `Links.Attributes`
FROM ${DATABASE}.spans FINAL;
