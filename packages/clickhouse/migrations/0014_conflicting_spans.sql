-- Idempotent (replaced at each change), light. Spans of one id with different content: somebody changed what had been sent, or two
-- principals claim the same span. `differing` names what disagrees; what is in none of these columns is content.
CREATE OR REPLACE VIEW ${DATABASE}.conflicting_spans ${ON_CLUSTER}
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
SELECT run_id, trace_id, span_id, count() AS versions, groupArray(span_hash) AS span_hashes,
  groupUniqArray(principal) AS principals, min(received_at) AS first_received_at, max(received_at) AS last_received_at,
  arrayFilter(d -> d != '', [
    if(uniqExact(principal) > 1, 'principal', ''),
    if(uniqExact(start, duration) > 1, 'time', ''),
    if(uniqExact(name, kind, service, scope_name, scope_version) > 1, 'name', ''),
    if(uniqExact(parent_span_id, trace_state, link_trace_ids, link_span_ids) > 1, 'place', ''),
    if(uniqExact(status) > 1, 'status', ''),
    if(uniqExact(attributes, mapFilter((k, v) -> k != 'tollgate.principal', resource_attributes), event_names, event_times) > 1, 'attributes', '')]) AS differing
FROM ${DATABASE}.spans FINAL
GROUP BY run_id, trace_id, span_id
HAVING versions > 1;
