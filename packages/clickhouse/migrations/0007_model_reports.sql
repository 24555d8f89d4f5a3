-- Idempotent, light. What a span reports of a model call, read by the conventions of the contract package: one row a report,
-- normalised, so that pricing and everything after it need to know nothing of who sent it. Input includes cached reads and
-- creation, output includes reasoning; a count over 10^9 as sent is NULL, and `unreadable` says so. Unknown is NULL, never zero.
CREATE TABLE IF NOT EXISTS ${DATABASE}.model_reports ${ON_CLUSTER} (
  run_id UUID,
  governed Bool,
  workflow LowCardinality(String),
  owner LowCardinality(String),
  team LowCardinality(String),
  principal LowCardinality(String),
  trace_id FixedString(16),
  span_id FixedString(8),
  span_hash UInt128,
  start DateTime64(9, 'UTC'),
  end DateTime64(9, 'UTC'),
  scope_name LowCardinality(String),
  scope_version LowCardinality(String),
  process String,
  operation LowCardinality(String),
  provider LowCardinality(String),
  model LowCardinality(String),
  response_id String,
  input_tokens Nullable(UInt64),
  cache_read_tokens Nullable(UInt64),
  cache_creation_tokens Nullable(UInt64),
  cache_creation_1h_tokens Nullable(UInt64),
  output_tokens Nullable(UInt64),
  reasoning_tokens Nullable(UInt64),
  service_tier LowCardinality(String),
  usage_note LowCardinality(String),
  unreadable Bool,
  provider_cost Nullable(Decimal(38, 15)),
  received_at DateTime64(9, 'UTC')
) ENGINE = Null;

-- Which spans are calls is asked of every span, and of most it is two or three look-ups; the rest only of calls.
DROP VIEW IF EXISTS ${DATABASE}.model_reports_mv ${ON_CLUSTER};

CREATE MATERIALIZED VIEW ${DATABASE}.model_reports_mv ${ON_CLUSTER} TO ${DATABASE}.model_reports
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
WITH sent AS (
  SELECT
    run_id, governed, principal, trace_id, span_id, span_hash, start, scope_name, scope_version, received_at,
    attributes['tollgate.workflow'] AS workflow,
    attributes['tollgate.owner'] AS owner,
    attributes['tollgate.team'] AS team,
    addNanoseconds(start, toInt64(duration)) AS end,
    ${PROCESS} AS process,
    ${SCOPE_RULE} AS rule,
    ${OPERATION} AS operation,
    substringUTF8(${PROVIDER}, 1, 256) AS sent_provider,
    if(sent_provider != '', sent_provider, ${PROVIDER_OF_RULE}) AS provider,
    substringUTF8(${MODEL}, 1, 256) AS model,
    substringUTF8(${RESPONSE_ID}, 1, 512) AS response_id,
    ${SERVICE_TIER} AS service_tier,
    ${INPUT_TOKENS} AS input_text,
    ${OUTPUT_TOKENS} AS output_text,
    ${CACHE_READ_TOKENS} AS read_text,
    ${CACHE_CREATION_TOKENS} AS creation_text,
    ${CACHE_CREATION_HOUR_TOKENS} AS hour_text,
    ${REASONING_TOKENS} AS reasoning_text,
    if(toUInt64OrNull(input_text) <= 1000000000, toUInt64OrNull(input_text), NULL) AS sent_input,
    if(toUInt64OrNull(output_text) <= 1000000000, toUInt64OrNull(output_text), NULL) AS sent_output,
    if(toUInt64OrNull(read_text) <= 1000000000, toUInt64OrNull(read_text), NULL) AS sent_read,
    if(toUInt64OrNull(creation_text) <= 1000000000, toUInt64OrNull(creation_text), NULL) AS sent_creation,
    if(toUInt64OrNull(hour_text) <= 1000000000, toUInt64OrNull(hour_text), NULL) AS sent_hour,
    if(toUInt64OrNull(reasoning_text) <= 1000000000, toUInt64OrNull(reasoning_text), NULL) AS sent_reasoning,
    (input_text != '' AND sent_input IS NULL) OR (output_text != '' AND sent_output IS NULL)
      OR (read_text != '' AND sent_read IS NULL) OR (creation_text != '' AND sent_creation IS NULL)
      OR (hour_text != '' AND sent_hour IS NULL) AS unreadable,
    if(attributes['tollgate.cost.source'] = 'provider' AND match(attributes['tollgate.cost.usd'], '^(0|[1-9][0-9]{0,8})([.][0-9]{1,15})?$'),
      toDecimal128OrNull(attributes['tollgate.cost.usd'], 15), NULL) AS provider_cost
  FROM ${DATABASE}.parsed_spans
  WHERE rejection = '' AND ${IS_MODEL_CALL}
),
meant AS (
  SELECT *,
    -- Numbers that say nothing about the call: what a library writes when it was not told, or made up itself.
    ${ZERO_IS_UNKNOWN} AND ifNull(sent_input, 0) = 0 AND ifNull(sent_output, 0) = 0
      AND (isNotNull(sent_input) OR isNotNull(sent_output)) AS zero_unknown,
    ${OWN_ESTIMATES} AND (isNotNull(sent_input) OR isNotNull(sent_output)) AS estimated,
    zero_unknown OR estimated AS unknown,
    ifNull(sent_read, 0) + greatest(ifNull(sent_creation, 0), ifNull(sent_hour, 0)) AS cached,
    ${EXCLUDES_CACHED} AND cached > 0 AS leaves_out,
    cached > ifNull(sent_input, 0) AS more_cached_than_input
  FROM sent
)
SELECT
  run_id, governed, workflow, owner, team, principal, trace_id, span_id, span_hash, start, end, scope_name, scope_version,
  process, operation, provider, model, response_id,
  if(unknown, NULL, sent_input + if(leaves_out OR more_cached_than_input, cached, 0)) AS input_tokens,
  if(unknown, NULL, sent_read) AS cache_read_tokens,
  if(unknown, NULL, if(sent_hour > ifNull(sent_creation, 0), sent_hour, sent_creation)) AS cache_creation_tokens,
  if(unknown, NULL, sent_hour) AS cache_creation_1h_tokens,
  if(unknown, NULL, sent_output) AS output_tokens,
  if(unknown, NULL, sent_reasoning) AS reasoning_tokens,
  service_tier,
  multiIf(unreadable, 'unreadable', isNull(sent_input) AND isNull(sent_output), 'absent', zero_unknown, 'zero_means_unknown',
    estimated, 'estimated', leaves_out OR more_cached_than_input, 'cached_tokens_excluded', '') AS usage_note,
  unreadable, provider_cost, received_at
FROM meant;

-- Prices each report at insert, by exact (provider, model as sent) and the price in force at its start. Counts and prices are
-- bounded, so nothing here can wrap; only sums and products, no division. Without usage or without a price that is needed,
-- cost is NULL and unpriced_reason says why.
DROP VIEW IF EXISTS ${DATABASE}.model_calls_mv ${ON_CLUSTER};

CREATE MATERIALIZED VIEW ${DATABASE}.model_calls_mv ${ON_CLUSTER} TO ${DATABASE}.model_calls
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
WITH prices AS (
  SELECT n.provider AS provider, n.model AS model, p.valid_from AS valid_from,
    -- A dollar a token is far above any price: with it, 10^9 tokens of each kind stay far from where decimals wrap.
    if(p.input <= 1, p.input, NULL) AS price_input, if(p.output <= 1, p.output, NULL) AS price_output,
    if(p.cache_read <= 1, p.cache_read, NULL) AS price_cache_read, if(p.cache_creation <= 1, p.cache_creation, NULL) AS price_cache_creation, p.price_version AS list_version, 1 AS listed
  FROM ${DATABASE}.model_names AS n FINAL
  INNER JOIN ${DATABASE}.model_prices AS p FINAL ON p.provider = n.priced_provider AND p.model = n.priced_model
),
priced AS (
  SELECT
    r.*,
    listed, list_version, price_input, price_output, price_cache_read, price_cache_creation,
    ifNull(r.cache_read_tokens, 0) AS read_count,
    ifNull(r.cache_creation_tokens, 0) AS creation_count,
    ifNull(r.output_tokens, 0) AS output_count,
    ifNull(r.input_tokens, 0) AS input_count,
    -- Input includes what was cached: the view before this one saw to it.
    if(read_count + creation_count > input_count, 0, input_count - read_count - creation_count) AS uncached_count,
    multiIf(
      r.unreadable, 'unreadable_usage',
      isNull(r.input_tokens), 'no_usage',
      listed = 0, if(r.model = '', 'no_model', 'no_price'),
      isNull(r.output_tokens) AND isNotNull(price_output), 'no_usage',
      isNull(price_input) OR (output_count > 0 AND isNull(price_output)), 'no_price',
      '') AS missing,
    toDecimal128(uncached_count, 0) * ifNull(price_input, toDecimal128(0, 15))
      + toDecimal128(read_count, 0) * coalesce(price_cache_read, price_input, toDecimal128(0, 15))
      + toDecimal128(creation_count, 0) * coalesce(price_cache_creation, price_input, toDecimal128(0, 15))
      + toDecimal128(output_count, 0) * ifNull(price_output, toDecimal128(0, 15)) AS local_cost
  FROM ${DATABASE}.model_reports AS r
  ASOF LEFT JOIN prices AS p ON r.provider = p.provider AND r.model = p.model AND r.start >= p.valid_from
)
SELECT
  run_id, governed, workflow, owner, team, principal, trace_id, span_id, span_hash, start, end, scope_name, scope_version,
  process, operation, provider, model, response_id,
  input_tokens, cache_read_tokens, cache_creation_tokens, output_tokens, reasoning_tokens,
  usage_note,
  if(isNotNull(provider_cost), provider_cost, if(missing = '', local_cost, NULL)) AS cost,
  multiIf(isNotNull(provider_cost), 'provider', missing = '', 'local', '') AS cost_source,
  multiIf(isNotNull(provider_cost), '', missing = '', list_version, '') AS price_version,
  if(isNotNull(provider_cost), '', missing) AS unpriced_reason,
  received_at
FROM priced;

-- The names that are known to be metadata are more now. A view that is altered misses no span, as one made anew would.
ALTER TABLE ${DATABASE}.spans_mv ${ON_CLUSTER} MODIFY QUERY
SELECT
  run_id, governed, principal,
  attributes['tollgate.workflow'] AS workflow,
  attributes['tollgate.policy.version'] AS policy_version,
  attributes['tollgate.owner'] AS owner,
  attributes['tollgate.team'] AS team,
  trace_id, span_id, parent_span_id, span_hash, start, duration, name, kind, status, service, scope_name, scope_version, trace_state,
  mapFilter((k, v) -> ${IS_METADATA}, p.attributes) AS attributes,
  mapFilter((k, v) -> ${RESOURCE_METADATA}, resource) AS resource_attributes,
  event_times, event_names, link_trace_ids, link_span_ids, link_trace_states, received_at
FROM ${DATABASE}.parsed_spans AS p
WHERE rejection = '';

ALTER TABLE ${DATABASE}.span_content_mv ${ON_CLUSTER} MODIFY QUERY
SELECT
  run_id, principal, trace_id, span_id, span_hash, start,
  mapFilter((k, v) -> NOT ${IS_METADATA} AND k != 'tollgate.record', attributes) AS content,
  mapFilter((k, v) -> NOT ${RESOURCE_METADATA}, resource) AS resource_content,
  event_attributes, link_attributes, status_message, received_at
FROM ${DATABASE}.parsed_spans
WHERE rejection = ''
  AND (length(content) > 0 OR length(resource_content) > 0 OR status_message != ''
    OR arrayExists(m -> length(m) > 0, event_attributes) OR arrayExists(m -> length(m) > 0, link_attributes));
