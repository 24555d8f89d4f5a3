-- Idempotent, light, and atomic: no insert finds the view gone. What spans send of a call, as before (0017). Reasoning may have a price of
-- its own, so a count of it that cannot be read makes the call unpriced as any other does; it was charged as output.
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
  received_at
FROM ${DATABASE}.sent_reports
WHERE NOT ${NEVER_CALLS};
