-- Idempotent, light. From the landing table into our own. Each view is total: no row, however hostile, makes one throw, because
-- an insert that fails half-way has already committed in other views. A row goes into spans or into quarantine, never both.
CREATE MATERIALIZED VIEW IF NOT EXISTS ${DATABASE}.spans_mv ${ON_CLUSTER} TO ${DATABASE}.spans
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
SELECT
  ${RUN_ID} AS run_id,
  ${GOVERNED} AS governed,
  ${PRINCIPAL} AS principal,
  ${WORKFLOW} AS workflow,
  SpanAttributes['tollgate.policy.version'] AS policy_version,
  SpanAttributes['tollgate.owner'] AS owner,
  SpanAttributes['tollgate.team'] AS team,
  toFixedString(unhex(TraceId), 16) AS trace_id,
  toFixedString(unhex(SpanId), 8) AS span_id,
  toFixedString(unhex(ParentSpanId), 8) AS parent_span_id,
  ${SPAN_HASH} AS span_hash,
  Timestamp AS start,
  Duration AS duration,
  SpanName AS name,
  SpanKind AS kind,
  StatusCode AS status,
  ServiceName AS service,
  ScopeName AS scope_name,
  ScopeVersion AS scope_version,
  TraceState AS trace_state,
  mapFilter((k, v) -> k IN ${METADATA}, SpanAttributes) AS attributes,
  mapFilter((k, v) -> ${RESOURCE_METADATA}, ResourceAttributes) AS resource_attributes,
  `Events.Timestamp` AS event_times,
  `Events.Name` AS event_names,
  `Links.TraceId` AS link_trace_ids,
  `Links.SpanId` AS link_span_ids,
  `Links.TraceState` AS link_trace_states,
  now64(9, 'UTC') AS received_at
FROM ${DATABASE}.otlp_spans
WHERE ${REJECTION} = '';

CREATE MATERIALIZED VIEW IF NOT EXISTS ${DATABASE}.span_content_mv ${ON_CLUSTER} TO ${DATABASE}.span_content
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
SELECT
  ${RUN_ID} AS run_id,
  ${PRINCIPAL} AS principal,
  toFixedString(unhex(TraceId), 16) AS trace_id,
  toFixedString(unhex(SpanId), 8) AS span_id,
  ${SPAN_HASH} AS span_hash,
  Timestamp AS start,
  mapFilter((k, v) -> k NOT IN ${METADATA} AND k != 'tollgate.record', SpanAttributes) AS content,
  mapFilter((k, v) -> NOT (${RESOURCE_METADATA}), ResourceAttributes) AS resource_content,
  `Events.Attributes` AS event_attributes,
  `Links.Attributes` AS link_attributes,
  StatusMessage AS status_message,
  now64(9, 'UTC') AS received_at
FROM ${DATABASE}.otlp_spans
WHERE ${REJECTION} = ''
  AND (length(content) > 0 OR length(resource_content) > 0 OR status_message != ''
    OR arrayExists(m -> length(m) > 0, event_attributes) OR arrayExists(m -> length(m) > 0, link_attributes));

-- A record that is not one is kept too, as kind 'malformed': the chain's verifier has to see it.
CREATE MATERIALIZED VIEW IF NOT EXISTS ${DATABASE}.evidence_records_mv ${ON_CLUSTER} TO ${DATABASE}.evidence_records
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
WITH SpanAttributes['tollgate.record'] AS text
SELECT
  ${RUN_ID} AS run_id,
  ifNull(toUUIDOrNull(JSONExtractString(text, 'writer')), toUUIDOrZero('')) AS writer,
  JSONExtractUInt(text, 'seq') AS seq,
  if(JSONExtractString(text, 'kind') = '', 'malformed', JSONExtractString(text, 'kind')) AS kind,
  fromUnixTimestamp64Nano(ifNull(toInt64OrNull(JSONExtractString(text, 'time')), toInt64(0)), 'UTC') AS time,
  JSONExtractString(text, 'workflow') AS workflow,
  JSONExtractString(text, 'policy_version') AS policy_version,
  JSONExtractString(text, 'owner') AS owner,
  JSONExtractString(text, 'team') AS team,
  ${PRINCIPAL} AS principal,
  text AS record,
  toFixedString(lower(hex(SHA256(text))), 64) AS record_hash,
  toFixedString(unhex(TraceId), 16) AS trace_id,
  toFixedString(unhex(SpanId), 8) AS span_id,
  ${SPAN_HASH} AS span_hash,
  Timestamp AS start,
  now64(9, 'UTC') AS received_at
FROM ${DATABASE}.otlp_spans
WHERE ${REJECTION} = '' AND text != '';

CREATE MATERIALIZED VIEW IF NOT EXISTS ${DATABASE}.tool_calls_mv ${ON_CLUSTER} TO ${DATABASE}.tool_calls
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
WITH SpanAttributes['tollgate.record'] AS text
SELECT
  ${RUN_ID} AS run_id,
  JSONExtractString(text, 'workflow') AS workflow,
  JSONExtractString(text, 'policy_version') AS policy_version,
  JSONExtractString(text, 'owner') AS owner,
  JSONExtractString(text, 'team') AS team,
  ${PRINCIPAL} AS principal,
  JSONExtractString(text, 'kind') AS kind,
  JSONExtractString(text, 'call_id') AS call_id,
  JSONExtractString(text, 'tool') AS tool,
  JSONExtractString(text, 'action') AS action,
  if(JSONExtractUInt(text, 'action_class') IN (1, 2, 3), toUInt8(JSONExtractUInt(text, 'action_class')), NULL) AS action_class,
  JSONExtractString(text, 'verdict') AS verdict,
  JSONExtractString(text, 'reason') AS reason,
  JSONExtractString(text, 'enforcement') AS enforcement,
  JSONExtractString(text, 'outcome') AS outcome,
  JSONExtractString(text, 'approval_id') AS approval_id,
  JSONExtractString(text, 'rollback_note') AS rollback_note,
  toFixedString(unhex(TraceId), 16) AS trace_id,
  toFixedString(unhex(SpanId), 8) AS span_id,
  ${SPAN_HASH} AS span_hash,
  Timestamp AS start,
  Duration AS duration,
  now64(9, 'UTC') AS received_at
FROM ${DATABASE}.otlp_spans
WHERE ${REJECTION} = '' AND kind IN ('gate_decided', 'tool_finished');

-- The whole row as text, bounded; the hash is over all of it.
CREATE MATERIALIZED VIEW IF NOT EXISTS ${DATABASE}.quarantine_mv ${ON_CLUSTER} TO ${DATABASE}.quarantine
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
SELECT
  ${PRINCIPAL} AS principal,
  ${REJECTION} AS reason,
  '' AS message,
  substringUTF8(TraceId, 1, 128) AS trace_id,
  substringUTF8(SpanId, 1, 128) AS span_id,
  substringUTF8(SpanName, 1, 256) AS span_name,
  substring(toJSONString(map(
    'timestamp', toString(toUnixTimestamp64Nano(Timestamp)), 'duration', toString(Duration), 'service', ServiceName,
    'scope', ScopeName, 'kind', SpanKind, 'status', StatusCode, 'status_message', StatusMessage, 'parent_span_id', ParentSpanId,
    'resource', toJSONString(ResourceAttributes), 'attributes', toJSONString(SpanAttributes),
    'event_names', toJSONString(`Events.Name`), 'event_attributes', toJSONString(`Events.Attributes`))), 1, 65536) AS raw,
  ${SPAN_HASH} AS row_hash,
  now64(9, 'UTC') AS received_at
FROM ${DATABASE}.otlp_spans
WHERE reason != '';

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
