-- materialized view quarantine_undecodable_view to quarantine
WITH now64(9, 'UTC') AS now
SELECT
    now AS received_at,
    18446744073709551615 - toUInt64(toUnixTimestamp64Nano(now)) AS precedence,
    reinterpretAsUInt128(sipHash128('undecodable', reason, message, principal, trace_id, span_id, raw)) AS row_hash,
    reason,
    substring(message, 1, 1024) AS message,
    principal,
    '' AS run_id,
    substring(trace_id, 1, 64) AS trace_id,
    substring(span_id, 1, 64) AS span_id,
    substring(raw, 1, 65536) AS raw
FROM ${DATABASE}.undecodable_spans
