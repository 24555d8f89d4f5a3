-- Idempotent (each states the whole view), light, and without a moment in which a row finds no view. A landing row says in
-- `tollgate.principal.workflows` what its key is bound to; whether its span keeps to that is decided here, for both collectors
-- alike. What is not UTF-8 goes to the quarantine, as text.
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
  substringUTF8(TraceId, 1, 128) AS sent_trace_id,
  substringUTF8(SpanId, 1, 128) AS sent_span_id
FROM ${DATABASE}.otlp_spans;

ALTER TABLE ${DATABASE}.quarantine_mv ${ON_CLUSTER} MODIFY QUERY
SELECT
  principal, rejection AS reason, '' AS message, toValidUTF8(sent_trace_id) AS trace_id, toValidUTF8(sent_span_id) AS span_id,
  toValidUTF8(substringUTF8(name, 1, 256)) AS span_name,
  toValidUTF8(substring(toJSONString(map(
    'timestamp', toString(toUnixTimestamp64Nano(start)), 'duration', toString(duration), 'service', toString(service),
    'scope', toString(scope_name), 'kind', toString(kind), 'status', toString(status), 'status_message', status_message,
    'resource', toJSONString(resource), 'attributes', toJSONString(attributes),
    'event_names', toJSONString(event_names), 'event_attributes', toJSONString(event_attributes))), 1, 65536)) AS raw,
  span_hash AS row_hash, received_at
FROM ${DATABASE}.parsed_spans
WHERE rejection != '';
