-- materialized view span_content_view to span_content
-- The other half of `spans`. The evidence record is neither: it has a table of its own.
SELECT
    run_id, trace_id, span_id, span_hash, start,
    mapFilter((k, v) -> NOT (${IS_METADATA}) AND k != 'tollgate.record', attributes) AS content,
    mapFilter((k, v) -> NOT (${IS_RESOURCE_METADATA}), resource) AS resource,
    status_message,
    arrayMap(each -> mapFilter((k, v) -> NOT (${IS_METADATA}), each), event_attributes) AS event_attributes,
    arrayMap(each -> mapFilter((k, v) -> NOT (${IS_METADATA}), each), link_attributes) AS link_attributes,
    received_at, precedence
FROM ${DATABASE}.parsed_spans
WHERE reason = '' AND (notEmpty(content) OR notEmpty(resource) OR status_message != ''
    OR arrayExists(each -> notEmpty(each), event_attributes) OR arrayExists(each -> notEmpty(each), link_attributes))
