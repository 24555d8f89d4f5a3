-- materialized view evidence_records_view to evidence_records
SELECT
    ${RECORD_VALUES},
    principal, trace_id, span_id, span_hash, start, received_at, precedence
FROM ${DATABASE}.parsed_spans
WHERE reason = '' AND has_record
