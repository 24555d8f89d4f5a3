-- materialized view quarantine_view to quarantine
SELECT
    received_at, precedence, span_hash AS row_hash, reason, '' AS message, principal, sent_run_id AS run_id,
    sent_trace_id AS trace_id, sent_span_id AS span_id, raw
FROM ${DATABASE}.parsed_spans
WHERE reason != ''
