-- Idempotent (replaced at each change), light. What every page, panel, query and export reads.

-- The one definition of a counted call. Within a run, reports of different scopes are one call when they carry the same response
-- id and their usage agrees, or, without ids, when one lies inside the other in time, in one process, with equal tokens.
-- Reports of one scope are never merged, so a repeated id hides nothing: the k-th report of each scope is matched with the k-th
-- of the others, and the one that is priced, then richest in usage, counts.
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
    -- Reports without usage agree with whatever the others of their id say.
    if(isNull(input_tokens) AND isNull(output_tokens),
      max((input_tokens, output_tokens)) OVER (PARTITION BY run_id, response_id),
      (input_tokens, output_tokens)) AS agreed_usage
  FROM effective
),
numbered AS (
  SELECT *,
    row_number() OVER (PARTITION BY run_id, response_id, agreed_usage, scope_name, scope_version ORDER BY start, span_id, span_hash) AS nth,
    groupArray(1000)((scope_name, scope_version, start, end, span_id)) OVER (PARTITION BY run_id, response_id, agreed_usage, process) AS peers
  FROM keyed
),
ranked AS (
  SELECT *,
    row_number() OVER (
      PARTITION BY run_id, response_id, agreed_usage, nth
      ORDER BY isNull(cost), isNull(input_tokens), governed DESC, scope_name, scope_version, start, span_id
    ) AS rank,
    -- Without an id: an outer report repeats the inner ones of another scope.
    response_id = '' AND process != '' AND isNotNull(input_tokens) AND arrayExists(
      p -> (p.1, p.2) != (scope_name, scope_version) AND p.3 >= start AND p.4 <= end AND (p.3, p.4, p.5) != (start, end, span_id)
        AND (p.3 > start OR p.4 < end OR p.1 > scope_name),
      peers) AS repeats_inner
  FROM numbered
)
SELECT * EXCEPT (agreed_usage, nth, peers, rank, repeats_inner),
  if(response_id != '', rank = 1, NOT repeats_inner) AS counted,
  multiIf(
    response_id != '' AND rank = 1, 'the report that counts for its response id',
    response_id != '', 'another scope reported the same response id with agreeing usage',
    repeats_inner, 'an inner report of another scope has the same usage',
    'the only report of its call') AS why
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
registered AS (
  SELECT run_id, workflow, policy_version, owner, team, principal, initiator, initiator_verified, registered_at, 1 AS registered
  FROM ${DATABASE}.run_registrations FINAL
)
SELECT
  if(r.registered = 1, r.run_id, s.run_id) AS run_id,
  r.registered = 1 AS registered,
  s.governed OR r.registered = 1 AS governed,
  if(r.registered = 1, r.workflow, s.workflow) AS workflow,
  if(r.registered = 1, r.policy_version, s.policy_version) AS policy_version,
  if(r.registered = 1, r.owner, s.owner) AS owner,
  if(r.registered = 1, r.team, s.team) AS team,
  if(r.registered = 1, r.principal, s.principal) AS principal,
  r.initiator AS initiator,
  r.initiator_verified AS initiator_verified,
  s.service AS service,
  if(s.spans = 0 OR (r.registered = 1 AND r.registered_at < s.started_at), r.registered_at, s.started_at) AS started_at,
  if(s.final_status = '', NULL, s.last_at) AS ended_at,
  if(s.final_status = '', 'unsealed', s.final_status) AS final_status,
  s.final_statuses AS final_statuses,
  s.spans AS spans
FROM seen AS s
FULL OUTER JOIN registered AS r ON s.run_id = r.run_id;

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
