-- Idempotent, light, and without a moment in which a span finds no view. Each record is parsed once, with the landing row, and what
-- two views want of it goes with the row; they used to parse it again for every field.
ALTER TABLE ${DATABASE}.parsed_spans ${ON_CLUSTER} ADD COLUMN IF NOT EXISTS facts ${RECORD_FACTS_TYPE} AFTER record;

ALTER TABLE ${DATABASE}.parsed_spans_mv ${ON_CLUSTER} MODIFY QUERY
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
  ${RESOURCE} AS resource,
  `Events.Timestamp` AS event_times,
  `Events.Name` AS event_names,
  `Events.Attributes` AS event_attributes,
  `Links.TraceId` AS link_trace_ids,
  `Links.SpanId` AS link_span_ids,
  `Links.TraceState` AS link_trace_states,
  `Links.Attributes` AS link_attributes,
  SpanAttributes['tollgate.record'] AS record,
  ${RECORD_FACTS} AS facts,
  substringUTF8(TraceId, 1, 128) AS sent_trace_id,
  substringUTF8(SpanId, 1, 128) AS sent_span_id
FROM ${DATABASE}.otlp_spans;

ALTER TABLE ${DATABASE}.evidence_records_mv ${ON_CLUSTER} MODIFY QUERY
SELECT
  run_id,
  ifNull(toUUIDOrNull(facts.writer), toUUIDOrZero('')) AS writer,
  facts.seq AS seq,
  if(facts.kind = '', 'malformed', facts.kind) AS kind,
  fromUnixTimestamp64Nano(ifNull(toInt64OrNull(facts.time), toInt64(0)), 'UTC') AS time,
  facts.workflow AS workflow,
  facts.policy_version AS policy_version,
  facts.owner AS owner,
  facts.team AS team,
  principal, record,
  toFixedString(lower(hex(SHA256(record))), 64) AS record_hash,
  trace_id, span_id, span_hash, start, received_at
FROM ${DATABASE}.parsed_spans
WHERE rejection = '' AND record != '';

ALTER TABLE ${DATABASE}.tool_calls_mv ${ON_CLUSTER} MODIFY QUERY
SELECT
  run_id,
  facts.workflow AS workflow,
  facts.policy_version AS policy_version,
  facts.owner AS owner,
  facts.team AS team,
  principal,
  facts.kind AS kind,
  facts.call_id AS call_id,
  facts.tool AS tool,
  facts.action AS action,
  if(facts.action_class IN (1, 2, 3), toUInt8(facts.action_class), NULL) AS action_class,
  facts.verdict AS verdict,
  facts.reason AS reason,
  facts.enforcement AS enforcement,
  facts.outcome AS outcome,
  facts.approval_id AS approval_id,
  facts.rollback_note AS rollback_note,
  trace_id, span_id, span_hash, start, duration, received_at
FROM ${DATABASE}.parsed_spans
WHERE rejection = '' AND facts.kind IN ('gate_decided', 'tool_finished', 'tool_called');

-- What is inserted is one file a part, with one sync, and not two for each of some thirty columns; merged parts have columns apart.
ALTER TABLE ${DATABASE}.spans ${ON_CLUSTER} MODIFY SETTING min_bytes_for_wide_part = 67108864;
ALTER TABLE ${DATABASE}.span_content ${ON_CLUSTER} MODIFY SETTING min_bytes_for_wide_part = 67108864;
ALTER TABLE ${DATABASE}.evidence_records ${ON_CLUSTER} MODIFY SETTING min_bytes_for_wide_part = 67108864;
ALTER TABLE ${DATABASE}.model_calls ${ON_CLUSTER} MODIFY SETTING min_bytes_for_wide_part = 67108864;
ALTER TABLE ${DATABASE}.tool_calls ${ON_CLUSTER} MODIFY SETTING min_bytes_for_wide_part = 67108864;
