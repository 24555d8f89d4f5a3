-- Idempotent, light, and atomic: no insert finds a view gone. A cost that the provider reported and that cannot be read was left out
-- without a word. The local one counts, as before, and the report says so in `cost_note`; rows from before say nothing.
ALTER TABLE ${DATABASE}.model_calls ${ON_CLUSTER} ADD COLUMN IF NOT EXISTS cost_note LowCardinality(String) AFTER price_id;

ALTER TABLE ${DATABASE}.model_reports ${ON_CLUSTER} ADD COLUMN IF NOT EXISTS cost_note LowCardinality(String) AFTER provider_cost;

ALTER TABLE ${DATABASE}.sent_reports ${ON_CLUSTER} ADD COLUMN IF NOT EXISTS cost_unreadable Bool AFTER cost_text;

-- From the last view to the first, each as before (0008, 0025, 0017) with the note, so that none sends what the next does not know.
ALTER TABLE ${DATABASE}.model_calls_mv ${ON_CLUSTER} MODIFY QUERY
WITH found AS (
  SELECT
    r.*,
    ifNull(r.input_tokens, 0) AS input_count,
    ifNull(r.cache_read_tokens, 0) AS read_count,
    ifNull(r.cache_creation_1h_tokens, 0) AS hour_count,
    greatest(ifNull(r.cache_creation_tokens, 0), hour_count) AS writes_count,
    ifNull(r.output_tokens, 0) AS output_count,
    least(ifNull(r.reasoning_tokens, 0), output_count) AS thought_count,
    input_count + (read_count + writes_count) * (read_count + writes_count > input_count) AS context_count,
    toUInt32(toUnixTimestamp(r.start) % 86400) AS second,
    length(b.entries) > 0 AS is_listed,
    arrayExists(x -> x.service_tier = r.service_tier, b.entries) AS has_tier,
    arrayFirst(x -> (x.service_tier = r.service_tier) * ((x.workflow = '') + (x.workflow = r.workflow))
      * (r.start >= x.valid_from) * (r.start < x.valid_until)
      * ((x.daily_from = x.daily_until) + (second >= x.daily_from) + (second < x.daily_until) > (x.daily_from <= x.daily_until))
      * (toInt64(context_count) > x.above) > 0, b.entries) AS e
  FROM ${DATABASE}.model_reports AS r
  LEFT JOIN (SELECT provider, model, entries FROM ${DATABASE}.price_book FINAL) AS b ON r.provider = b.provider AND r.model = b.model
),
priced AS (
  SELECT *,
    toDecimal128(context_count - read_count - writes_count, 0) * e.input
      + toDecimal128(read_count, 0) * e.cache_read
      + toDecimal128(writes_count - hour_count, 0) * e.cache_creation
      + toDecimal128(hour_count, 0) * ifNull(e.cache_creation_1h, 0)
      + toDecimal128(output_count - thought_count, 0) * ifNull(e.output, 0)
      + toDecimal128(thought_count, 0) * ifNull(e.reasoning, 0) AS amount,
    multiIf(
      unreadable, 'unreadable_usage',
      isNull(input_tokens), 'no_usage',
      NOT is_listed, if(model = '', 'no_model', 'no_price'),
      e.price_id = '', if(has_tier, 'no_price', 'no_tier_price'),
      isNull(output_tokens) AND isNotNull(e.output), 'no_usage',
      (hour_count > 0 AND isNull(e.cache_creation_1h)) OR (output_count > thought_count AND isNull(e.output))
        OR (thought_count > 0 AND isNull(e.reasoning)), 'no_price',
      '') AS missing,
    amount + if(missing = '', 0, NULL) AS own_cost
  FROM found
)
SELECT
  run_id, governed, workflow, owner, team, principal, trace_id, span_id, span_hash, start, end, scope_name, scope_version,
  process, operation, provider, model, response_id,
  input_tokens, cache_read_tokens, cache_creation_tokens, cache_creation_1h_tokens, output_tokens, reasoning_tokens,
  service_tier, usage_note,
  if(isNull(provider_cost), own_cost, provider_cost) AS cost,
  multiIf(isNotNull(provider_cost), 'provider', missing = '', 'local', '') AS cost_source,
  if(isNull(provider_cost) AND missing = '', e.price_version, '') AS price_version,
  if(isNull(provider_cost), missing, '') AS unpriced_reason,
  provider_cost,
  own_cost AS local_cost,
  if(missing = '', e.price_version, '') AS local_price_version,
  if(missing = '', e.price_id, '') AS price_id,
  cost_note,
  received_at
FROM priced;

ALTER TABLE ${DATABASE}.model_reports_mv ${ON_CLUSTER} MODIFY QUERY
WITH
  toUInt64OrNull(input_tokens_text) AS any_input,
  toUInt64OrNull(output_tokens_text) AS any_output,
  toUInt64OrNull(cache_read_tokens_text) AS any_read,
  toUInt64OrNull(cache_creation_tokens_text) AS any_creation,
  toUInt64OrNull(cache_creation_1h_tokens_text) AS any_hour,
  toUInt64OrNull(reasoning_tokens_text) AS any_reasoning,
  if(any_input <= 1000000000, any_input, NULL) AS sent_input,
  if(any_output <= 1000000000, any_output, NULL) AS sent_output,
  if(any_read <= 1000000000, any_read, NULL) AS sent_read,
  if(any_creation <= 1000000000, any_creation, NULL) AS sent_creation,
  if(any_hour <= 1000000000, any_hour, NULL) AS sent_hour,
  if(any_reasoning <= 1000000000, any_reasoning, NULL) AS sent_reasoning,
  ifNull(sent_read, 0) + greatest(ifNull(sent_creation, 0), ifNull(sent_hour, 0)) AS cached,
  -- Numbers that say nothing about the call: what a library writes when it was not told, or made up itself.
  ${ZERO_IS_UNKNOWN} AND ifNull(sent_input, 0) = 0 AND ifNull(sent_output, 0) = 0
    AND (isNotNull(sent_input) OR isNotNull(sent_output)) AS zero_unknown,
  ${OWN_ESTIMATES} AND (isNotNull(sent_input) OR isNotNull(sent_output)) AS estimated,
  zero_unknown OR estimated AS unknown,
  -- The first event of a stream counts some output; what it is in the end was not heard.
  ${OUTPUT_IS_UNFINISHED} AND isNotNull(sent_output) AS unfinished,
  (${EXCLUDES_CACHED} AND cached > 0) OR cached > ifNull(sent_input, 0) AS leaves_out,
  lower(substringUTF8(service_tier_text, 1, 64)) AS sent_tier
SELECT
  run_id, governed, workflow, owner, team, principal, trace_id, span_id, span_hash, start, end, scope_name, scope_version,
  process,
  if(operation_text != '', operation_text, 'chat') AS operation,
  if(provider_text != '', substringUTF8(provider_text, 1, 256), ${PROVIDER_OF_RULE}) AS provider,
  substringUTF8(model_text, 1, 256) AS model,
  substringUTF8(response_id_text, 1, 512) AS response_id,
  if(unknown, NULL, sent_input + if(leaves_out, cached, 0)) AS input_tokens,
  if(unknown, NULL, sent_read) AS cache_read_tokens,
  if(unknown, NULL, if(sent_hour > ifNull(sent_creation, 0), sent_hour, sent_creation)) AS cache_creation_tokens,
  if(unknown, NULL, sent_hour) AS cache_creation_1h_tokens,
  if(unknown OR unfinished, NULL, sent_output) AS output_tokens,
  if(unknown OR unfinished, NULL, sent_reasoning) AS reasoning_tokens,
  if(sent_tier IN ${STANDARD_TIERS}, '', sent_tier) AS service_tier,
  multiIf(unreadable, 'unreadable', isNull(sent_input) AND isNull(sent_output), 'absent', zero_unknown, 'zero_means_unknown',
    estimated, 'estimated', unfinished, 'output_unfinished', leaves_out, 'cached_tokens_excluded',
    ${CACHED_IS_UNSAID} AND isNotNull(sent_input) AND cached = 0, 'cached_tokens_unsaid', '') AS usage_note,
  (input_tokens_text != '' AND sent_input IS NULL) OR (output_tokens_text != '' AND sent_output IS NULL)
    OR (cache_read_tokens_text != '' AND sent_read IS NULL) OR (cache_creation_tokens_text != '' AND sent_creation IS NULL)
    OR (cache_creation_1h_tokens_text != '' AND sent_hour IS NULL) OR (reasoning_tokens_text != '' AND sent_reasoning IS NULL) AS unreadable,
  toDecimal128OrNull(cost_text, 15) AS provider_cost,
  if(cost_unreadable, 'unreadable', '') AS cost_note,
  received_at
FROM ${DATABASE}.sent_reports
WHERE NOT ${NEVER_CALLS};

ALTER TABLE ${DATABASE}.sent_reports_mv ${ON_CLUSTER} MODIFY QUERY
WITH if(attributes['tollgate.cost.source'] = 'provider', attributes['tollgate.cost.usd'], '') AS any_cost
SELECT
  run_id, governed,
  attributes['tollgate.workflow'] AS workflow,
  attributes['tollgate.owner'] AS owner,
  attributes['tollgate.team'] AS team,
  principal, trace_id, span_id, span_hash, start, end, scope_name, scope_version,
  ${PROCESS} AS process,
  ${SCOPE_RULE} AS rule,
  ${SENT_TEXTS},
  if(match(any_cost, '^(0|[1-9][0-9]{0,8})([.][0-9]{1,15})?$'), any_cost, '') AS cost_text,
  any_cost != cost_text AS cost_unreadable,
  received_at
FROM ${DATABASE}.numbered_spans
WHERE ${IS_CALL_BY_MARKERS};
