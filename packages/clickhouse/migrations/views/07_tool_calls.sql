-- materialized view tool_calls_view to tool_calls
SELECT
    run_id, record.workflow AS workflow, record.policy_version AS policy_version, record.owner AS owner,
    record.team AS team, principal, record.kind AS kind, record.call_id AS call_id, record.tool AS tool,
    record.action AS action, ${RECORD_ACTION_CLASS} AS action_class, record.verdict AS verdict, record.reason AS reason,
    record.enforcement AS enforcement, record.outcome AS outcome, record.approval_id AS approval_id,
    if(record.rollback_note != '', record.rollback_note, attributes['tollgate.rollback_note']) AS rollback_note,
    toUUIDOrZero(record.writer) AS writer, toUInt32(ifNull(record.seq, 0)) AS seq, ${RECORD_TIME} AS time,
    trace_id, span_id, span_hash, start, duration, received_at, precedence
FROM (SELECT * REPLACE (reason AS row_reason) FROM ${DATABASE}.parsed_spans)
WHERE row_reason = '' AND has_record AND record.kind IN ('gate_decided', 'tool_finished')
