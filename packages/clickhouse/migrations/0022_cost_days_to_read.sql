-- Idempotent, light. What counted_costs (0013) decides first, by itself: which version of which day is read, and which days are read
-- from rows. Whoever knows it can ask for the rows of those days in a way that suits them.
CREATE OR REPLACE VIEW ${DATABASE}.cost_days_to_read ${ON_CLUSTER}
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
WITH
  ${ROLLED_VERSIONS(cost_days)},
  (SELECT groupUniqArray(toDate(start)) FROM ${DATABASE}.model_calls WHERE run_id IN (
    SELECT run_id FROM ${DATABASE}.model_calls WHERE received_at >= since
    UNION ALL SELECT run_id FROM ${DATABASE}.model_call_repricings WHERE received_at >= since)) AS touched,
  ${DAYS_TO_READ}
SELECT arrayMap(p -> (toString(p.1), toString(p.2)), pinned) AS rolled_up, arrayMap(d -> toString(d), row_days) AS of_rows;
