-- materialized view spans_view to spans
-- Attributes that are not known to be metadata go to span_content (see there); long values are never metadata.
SELECT
    run_id, governed, principal, trace_id, span_id, parent_id, span_hash, start, duration, trace_state, name, kind, service,
    mapFilter((k, v) -> ${IS_RESOURCE_METADATA}, resource) AS resource,
    scope_name, scope_version,
    mapFilter((k, v) -> ${IS_METADATA}, attributes) AS attributes,
    status_code, event_times, event_names,
    arrayMap(each -> mapFilter((k, v) -> ${IS_METADATA}, each), event_attributes) AS event_attributes,
    link_trace_ids, link_span_ids, link_trace_states,
    arrayMap(each -> mapFilter((k, v) -> ${IS_METADATA}, each), link_attributes) AS link_attributes,
    received_at, precedence
FROM ${DATABASE}.parsed_spans
WHERE reason = ''
