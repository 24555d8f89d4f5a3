-- Idempotent, light. What expires by month is dropped by month: a part goes once all of it has expired, and nothing is rewritten.
-- How long things are kept is set at each start (retention in the README), content row by row.
ALTER TABLE ${DATABASE}.spans ${ON_CLUSTER} MODIFY SETTING ttl_only_drop_parts = 1;
ALTER TABLE ${DATABASE}.evidence_records ${ON_CLUSTER} MODIFY SETTING ttl_only_drop_parts = 1;
ALTER TABLE ${DATABASE}.model_calls ${ON_CLUSTER} MODIFY SETTING ttl_only_drop_parts = 1;
ALTER TABLE ${DATABASE}.tool_calls ${ON_CLUSTER} MODIFY SETTING ttl_only_drop_parts = 1;

-- Whose content was erased: of one span, or of a whole run, where trace_id and span_id are zero. It says so without saying what.
CREATE TABLE IF NOT EXISTS ${DATABASE}.content_erasures ${ON_CLUSTER} (
  run_id UUID,
  trace_id FixedString(16),
  span_id FixedString(8),
  erased_by LowCardinality(String),
  reason String,
  erased_at DateTime64(9, 'UTC') DEFAULT now64(9, 'UTC')
) ENGINE = ${REPLACING()}
ORDER BY (run_id, trace_id, span_id)
SETTINGS index_granularity = 1024, ${DURABLE};

-- A span that is sent again brings back no content that was erased.
ALTER TABLE ${DATABASE}.span_content_mv ${ON_CLUSTER} MODIFY QUERY
SELECT
  run_id, principal, trace_id, span_id, span_hash, start,
  mapFilter((k, v) -> NOT ${IS_METADATA} AND k != 'tollgate.record', attributes) AS content,
  mapFilter((k, v) -> NOT ${RESOURCE_METADATA}, resource) AS resource_content,
  event_attributes, link_attributes, status_message, received_at
FROM ${DATABASE}.parsed_spans
WHERE rejection = ''
  AND (length(content) > 0 OR length(resource_content) > 0 OR status_message != ''
    OR arrayExists(m -> length(m) > 0, event_attributes) OR arrayExists(m -> length(m) > 0, link_attributes))
  AND (run_id, trace_id, span_id) NOT IN (SELECT run_id, trace_id, span_id FROM ${DATABASE}.content_erasures)
  AND run_id NOT IN (SELECT run_id FROM ${DATABASE}.content_erasures WHERE span_id = toFixedString('', 8));
