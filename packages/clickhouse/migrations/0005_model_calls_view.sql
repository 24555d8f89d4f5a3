-- Idempotent, light. Prices each report at insert, by exact (provider, model as sent) and the price in force at its start.
-- Counts are at most 10^9 and prices have 15 decimals, so nothing here can wrap; only sums and products, no division.
-- Unknown is not zero: without usage or without a price that is needed, cost is NULL and unpriced_reason says why.
CREATE MATERIALIZED VIEW IF NOT EXISTS ${DATABASE}.model_calls_mv ${ON_CLUSTER} TO ${DATABASE}.model_calls
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
WITH reports AS (
  SELECT
    run_id, governed, principal, trace_id, span_id, span_hash, start, scope_name, scope_version,
    attributes['tollgate.workflow'] AS workflow,
    attributes['tollgate.owner'] AS owner,
    attributes['tollgate.team'] AS team,
    addNanoseconds(start, toInt64(duration)) AS end,
    ${PROCESS} AS process,
    ${OPERATION} AS operation,
    substringUTF8(${PROVIDER}, 1, 256) AS provider,
    substringUTF8(${MODEL}, 1, 256) AS model,
    substringUTF8(${RESPONSE_ID}, 1, 512) AS response_id,
    ${INPUT_TOKENS} AS input_text,
    ${OUTPUT_TOKENS} AS output_text,
    ${CACHE_READ_TOKENS} AS cache_read_text,
    ${CACHE_CREATION_TOKENS} AS cache_creation_text,
    ${REASONING_TOKENS} AS reasoning_text,
    if(toUInt64OrNull(input_text) <= 1000000000, toUInt64OrNull(input_text), NULL) AS input_tokens,
    if(toUInt64OrNull(output_text) <= 1000000000, toUInt64OrNull(output_text), NULL) AS output_tokens,
    if(toUInt64OrNull(cache_read_text) <= 1000000000, toUInt64OrNull(cache_read_text), NULL) AS cache_read_tokens,
    if(toUInt64OrNull(cache_creation_text) <= 1000000000, toUInt64OrNull(cache_creation_text), NULL) AS cache_creation_tokens,
    if(toUInt64OrNull(reasoning_text) <= 1000000000, toUInt64OrNull(reasoning_text), NULL) AS reasoning_tokens,
    (input_text != '' AND input_tokens IS NULL) OR (output_text != '' AND output_tokens IS NULL)
      OR (cache_read_text != '' AND cache_read_tokens IS NULL)
      OR (cache_creation_text != '' AND cache_creation_tokens IS NULL) AS unreadable,
    if(attributes['tollgate.cost.source'] = 'provider' AND match(attributes['tollgate.cost.usd'], '^(0|[1-9][0-9]{0,8})([.][0-9]{1,15})?$'),
      toDecimal128OrNull(attributes['tollgate.cost.usd'], 15), NULL) AS provider_cost
  FROM ${DATABASE}.parsed_spans
  WHERE rejection = '' AND ${IS_MODEL_CALL}
),
prices AS (
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
    if(read_count + creation_count > input_count, input_count, input_count - read_count - creation_count) AS uncached_count,
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
  FROM reports AS r
  ASOF LEFT JOIN prices AS p ON r.provider = p.provider AND r.model = p.model AND r.start >= p.valid_from
)
SELECT
  run_id, governed, workflow, owner, team, principal, trace_id, span_id, span_hash, start, end, scope_name, scope_version,
  process, operation, provider, model, response_id,
  input_tokens, cache_read_tokens, cache_creation_tokens, output_tokens, reasoning_tokens,
  multiIf(unreadable, 'unreadable', isNull(input_tokens) AND isNull(output_tokens), 'absent',
    read_count + creation_count > input_count, 'cached_tokens_excluded', '') AS usage_note,
  if(isNotNull(provider_cost), provider_cost, if(missing = '', local_cost, NULL)) AS cost,
  multiIf(isNotNull(provider_cost), 'provider', missing = '', 'local', '') AS cost_source,
  multiIf(isNotNull(provider_cost), '', missing = '', list_version, '') AS price_version,
  if(isNotNull(provider_cost), '', missing) AS unpriced_reason,
  now64(9, 'UTC') AS received_at
FROM priced;
