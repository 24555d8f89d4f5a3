-- Idempotent, light. From the landing table into our own. Each view is total: no row, however hostile, makes one throw, because
-- an insert that fails half-way has already committed in other views. A row goes into spans or into quarantine, never both.
CREATE MATERIALIZED VIEW IF NOT EXISTS ${DATABASE}.parsed_spans_mv ${ON_CLUSTER} TO ${DATABASE}.parsed_spans
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
WITH now64(9, 'UTC') AS now
SELECT
  ${REJECTION} AS rejection,
  now AS received_at,
  ${RUN_ID} AS run_id,
  SpanAttributes['tollgate.run.id'] != '' AS governed,
  ResourceAttributes['tollgate.principal'] AS principal,
  toFixedString(substring(unhex(TraceId), 1, 16), 16) AS trace_id,
  toFixedString(substring(unhex(SpanId), 1, 8), 8) AS span_id,
  toFixedString(substring(unhex(ParentSpanId), 1, 8), 8) AS parent_span_id,
  ${SPAN_HASH} AS span_hash,
  Timestamp AS start,
  Duration AS duration,
  SpanName AS name,
  SpanKind AS kind,
  StatusCode AS status,
  StatusMessage AS status_message,
  ServiceName AS service,
  ScopeName AS scope_name,
  ScopeVersion AS scope_version,
  TraceState AS trace_state,
  SpanAttributes AS attributes,
  ResourceAttributes AS resource,
  `Events.Timestamp` AS event_times,
  `Events.Name` AS event_names,
  `Events.Attributes` AS event_attributes,
  `Links.TraceId` AS link_trace_ids,
  `Links.SpanId` AS link_span_ids,
  `Links.TraceState` AS link_trace_states,
  `Links.Attributes` AS link_attributes,
  SpanAttributes['tollgate.record'] AS record,
  substringUTF8(TraceId, 1, 128) AS sent_trace_id,
  substringUTF8(SpanId, 1, 128) AS sent_span_id
FROM ${DATABASE}.otlp_spans;

CREATE MATERIALIZED VIEW IF NOT EXISTS ${DATABASE}.spans_mv ${ON_CLUSTER} TO ${DATABASE}.spans
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
SELECT
  run_id, governed, principal,
  attributes['tollgate.workflow'] AS workflow,
  attributes['tollgate.policy.version'] AS policy_version,
  attributes['tollgate.owner'] AS owner,
  attributes['tollgate.team'] AS team,
  trace_id, span_id, parent_span_id, span_hash, start, duration, name, kind, status, service, scope_name, scope_version, trace_state,
  mapFilter((k, v) -> ${IS_METADATA}, p.attributes) AS attributes,
  mapFilter((k, v) -> ${RESOURCE_METADATA}, resource) AS resource_attributes,
  event_times, event_names, link_trace_ids, link_span_ids, link_trace_states, received_at
FROM ${DATABASE}.parsed_spans AS p
WHERE rejection = '';

CREATE MATERIALIZED VIEW IF NOT EXISTS ${DATABASE}.span_content_mv ${ON_CLUSTER} TO ${DATABASE}.span_content
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
SELECT
  run_id, principal, trace_id, span_id, span_hash, start,
  mapFilter((k, v) -> NOT ${IS_METADATA} AND k != 'tollgate.record', attributes) AS content,
  mapFilter((k, v) -> NOT ${RESOURCE_METADATA}, resource) AS resource_content,
  event_attributes, link_attributes, status_message, received_at
FROM ${DATABASE}.parsed_spans
WHERE rejection = ''
  AND (length(content) > 0 OR length(resource_content) > 0 OR status_message != ''
    OR arrayExists(m -> length(m) > 0, event_attributes) OR arrayExists(m -> length(m) > 0, link_attributes));

-- A record that is not one is kept too, as kind 'malformed': the chain's verifier has to see it.
CREATE MATERIALIZED VIEW IF NOT EXISTS ${DATABASE}.evidence_records_mv ${ON_CLUSTER} TO ${DATABASE}.evidence_records
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
SELECT
  run_id,
  ifNull(toUUIDOrNull(JSONExtractString(record, 'writer')), toUUIDOrZero('')) AS writer,
  JSONExtractUInt(record, 'seq') AS seq,
  if(JSONExtractString(record, 'kind') = '', 'malformed', JSONExtractString(record, 'kind')) AS kind,
  fromUnixTimestamp64Nano(ifNull(toInt64OrNull(JSONExtractString(record, 'time')), toInt64(0)), 'UTC') AS time,
  JSONExtractString(record, 'workflow') AS workflow,
  JSONExtractString(record, 'policy_version') AS policy_version,
  JSONExtractString(record, 'owner') AS owner,
  JSONExtractString(record, 'team') AS team,
  principal, record,
  toFixedString(lower(hex(SHA256(record))), 64) AS record_hash,
  trace_id, span_id, span_hash, start, received_at
FROM ${DATABASE}.parsed_spans
WHERE rejection = '' AND record != '';

CREATE MATERIALIZED VIEW IF NOT EXISTS ${DATABASE}.tool_calls_mv ${ON_CLUSTER} TO ${DATABASE}.tool_calls
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
SELECT
  run_id,
  JSONExtractString(record, 'workflow') AS workflow,
  JSONExtractString(record, 'policy_version') AS policy_version,
  JSONExtractString(record, 'owner') AS owner,
  JSONExtractString(record, 'team') AS team,
  principal,
  JSONExtractString(record, 'kind') AS kind,
  JSONExtractString(record, 'call_id') AS call_id,
  JSONExtractString(record, 'tool') AS tool,
  JSONExtractString(record, 'action') AS action,
  if(JSONExtractUInt(record, 'action_class') IN (1, 2, 3), toUInt8(JSONExtractUInt(record, 'action_class')), NULL) AS action_class,
  JSONExtractString(record, 'verdict') AS verdict,
  JSONExtractString(record, 'reason') AS reason,
  JSONExtractString(record, 'enforcement') AS enforcement,
  JSONExtractString(record, 'outcome') AS outcome,
  JSONExtractString(record, 'approval_id') AS approval_id,
  JSONExtractString(record, 'rollback_note') AS rollback_note,
  trace_id, span_id, span_hash, start, duration, received_at
FROM (SELECT * EXCEPT (kind) FROM ${DATABASE}.parsed_spans)
WHERE rejection = '' AND JSONExtractString(record, 'kind') IN ('gate_decided', 'tool_finished');

-- The whole row as text, bounded; the hash is over all of it.
CREATE MATERIALIZED VIEW IF NOT EXISTS ${DATABASE}.quarantine_mv ${ON_CLUSTER} TO ${DATABASE}.quarantine
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
SELECT
  principal, rejection AS reason, '' AS message, sent_trace_id AS trace_id, sent_span_id AS span_id,
  substringUTF8(name, 1, 256) AS span_name,
  substring(toJSONString(map(
    'timestamp', toString(toUnixTimestamp64Nano(start)), 'duration', toString(duration), 'service', toString(service),
    'scope', toString(scope_name), 'kind', toString(kind), 'status', toString(status), 'status_message', status_message,
    'resource', toJSONString(resource), 'attributes', toJSONString(attributes),
    'event_names', toJSONString(event_names), 'event_attributes', toJSONString(event_attributes))), 1, 65536) AS raw,
  span_hash AS row_hash, received_at
FROM ${DATABASE}.parsed_spans
WHERE rejection != '';

CREATE MATERIALIZED VIEW IF NOT EXISTS ${DATABASE}.undecodable_spans_mv ${ON_CLUSTER} TO ${DATABASE}.quarantine
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
SELECT
  principal,
  if(reason = '', 'undecodable', reason) AS reason,
  substring(message, 1, 4096) AS message,
  substring(trace_id, 1, 128) AS trace_id,
  substring(span_id, 1, 128) AS span_id,
  '' AS span_name,
  substring(raw, 1, 65536) AS raw,
  reinterpretAsUInt128(sipHash128(principal, reason, message, trace_id, span_id, raw)) AS row_hash,
  now64(9, 'UTC') AS received_at
FROM ${DATABASE}.undecodable_spans;
