-- Idempotent, light, and atomic: no insert finds the view gone. A call of class 1 that is over at once leaves one record with its
-- decision and its outcome, `tool_called`; its row in tool_calls holds both.
ALTER TABLE ${DATABASE}.tool_calls_mv ${ON_CLUSTER} MODIFY QUERY
SELECT
  run_id,
  JSONExtractString(record, 'workflow') AS workflow,
  JSONExtractString(record, 'policy_version') AS policy_version,
  JSONExtractString(record, 'owner') AS owner,
  JSONExtractString(record, 'team') AS team,
  principal,
  JSONExtractString(record, 'kind') AS kind,
  JSONExtractString(record, 'call_id') AS call_id,
  JSONExtractString(record, 'tool') AS tool,
  JSONExtractString(record, 'action') AS action,
  if(JSONExtractUInt(record, 'action_class') IN (1, 2, 3), toUInt8(JSONExtractUInt(record, 'action_class')), NULL) AS action_class,
  JSONExtractString(record, 'verdict') AS verdict,
  JSONExtractString(record, 'reason') AS reason,
  JSONExtractString(record, 'enforcement') AS enforcement,
  JSONExtractString(record, 'outcome') AS outcome,
  JSONExtractString(record, 'approval_id') AS approval_id,
  JSONExtractString(record, 'rollback_note') AS rollback_note,
  trace_id, span_id, span_hash, start, duration, received_at
FROM (SELECT * EXCEPT (kind) FROM ${DATABASE}.parsed_spans)
WHERE rejection = '' AND JSONExtractString(record, 'kind') IN ('gate_decided', 'tool_finished', 'tool_called');
