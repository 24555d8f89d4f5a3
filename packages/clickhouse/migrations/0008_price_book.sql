-- Idempotent, light: columns are added, views replaced, and two tables dropped whose place the price book takes.

-- What a name, exactly as calls send it, costs: all of its prices in one row, in the order in which they apply, so that a price
-- that no longer holds goes when the row is replaced. The service alone writes it, from the price list and a company's price file.
-- US dollars per single token, with what stands in for a kind without a price; NULL: nothing does.
CREATE TABLE IF NOT EXISTS ${DATABASE}.price_book ${ON_CLUSTER} (
  provider String,
  model String,
  priced_provider String,
  priced_model String,
  entries Array(Tuple(
    price_id String,
    workflow String,
    service_tier String,
    valid_from DateTime64(9, 'UTC'),
    valid_until DateTime64(9, 'UTC'),
    daily_from UInt32,
    daily_until UInt32,
    above Int64,
    input Decimal(18, 15),
    output Nullable(Decimal(18, 15)),
    cache_read Decimal(18, 15),
    cache_creation Decimal(18, 15),
    cache_creation_1h Nullable(Decimal(18, 15)),
    reasoning Nullable(Decimal(18, 15)),
    price_version String)),
  received_at DateTime64(9, 'UTC') DEFAULT now64(9, 'UTC')
) ENGINE = ${REPLACING(received_at)}
ORDER BY (provider, model)
SETTINGS ${DURABLE};

-- Every price that was ever in the book, by the name that costs carry: what a cost was made of can be read for good.
CREATE TABLE IF NOT EXISTS ${DATABASE}.price_entries ${ON_CLUSTER} (
  price_id String,
  priced String,
  workflow String,
  service_tier String,
  valid_from DateTime64(9, 'UTC'),
  valid_until Nullable(DateTime64(9, 'UTC')),
  daily_from UInt32,
  daily_until UInt32,
  above Int64,
  input Nullable(Decimal(18, 15)),
  output Nullable(Decimal(18, 15)),
  cache_read Nullable(Decimal(18, 15)),
  cache_creation Nullable(Decimal(18, 15)),
  cache_creation_1h Nullable(Decimal(18, 15)),
  reasoning Nullable(Decimal(18, 15)),
  price_version String,
  origin LowCardinality(String),
  note String,
  received_at DateTime64(9, 'UTC') DEFAULT now64(9, 'UTC')
) ENGINE = ${REPLACING()}
ORDER BY price_id
SETTINGS ${DURABLE};

-- Which price list and which price file were put in force, when and by whom; the newest of each kind holds. An empty document
-- of a list stands for the one that came with the service.
CREATE TABLE IF NOT EXISTS ${DATABASE}.price_lists ${ON_CLUSTER} (
  kind LowCardinality(String),
  version String,
  document String CODEC(ZSTD(3)),
  loaded_by String,
  loaded_at DateTime64(9, 'UTC') DEFAULT now64(9, 'UTC')
) ENGINE = ${REPLACING()}
ORDER BY (kind, loaded_at, version)
SETTINGS ${DURABLE};

-- Both costs of a report are kept: what the provider reported, and what the price book makes of its tokens. `cost` is the
-- provider's where there is one.
ALTER TABLE ${DATABASE}.model_calls ${ON_CLUSTER}
  ADD COLUMN IF NOT EXISTS service_tier LowCardinality(String) AFTER reasoning_tokens,
  ADD COLUMN IF NOT EXISTS cache_creation_1h_tokens Nullable(UInt64) AFTER cache_creation_tokens,
  ADD COLUMN IF NOT EXISTS provider_cost Nullable(Decimal(38, 15)) DEFAULT if(cost_source = 'provider', cost, NULL) AFTER unpriced_reason,
  ADD COLUMN IF NOT EXISTS local_cost Nullable(Decimal(38, 15)) DEFAULT if(cost_source = 'local', cost, NULL) AFTER provider_cost,
  ADD COLUMN IF NOT EXISTS local_price_version LowCardinality(String) DEFAULT price_version AFTER local_cost,
  ADD COLUMN IF NOT EXISTS price_id LowCardinality(String) AFTER local_price_version;

ALTER TABLE ${DATABASE}.model_call_repricings ${ON_CLUSTER}
  ADD COLUMN IF NOT EXISTS price_id String AFTER price_version,
  ADD COLUMN IF NOT EXISTS repriced_by String AFTER price_id,
  MODIFY ORDER BY (run_id, trace_id, span_id, span_hash, price_version, price_id);

-- Prices each report at insert, by the first entry of its name in the price book that applies to it; the contract package
-- computes the same. Counts are at most 2·10^9 and the type of a price holds less than a thousand dollars a token, so nothing
-- here can wrap; only sums and products, no division. Unknown is not zero: without usage or without a price that is needed
-- the local cost is NULL and unpriced_reason says why. Conditions are multiplied and amounts computed for every row,
-- because AND, multiIf and if evaluate what is inside them lazily, row by row, which took thirty times as long.
DROP VIEW IF EXISTS ${DATABASE}.model_calls_mv ${ON_CLUSTER};

CREATE MATERIALIZED VIEW ${DATABASE}.model_calls_mv ${ON_CLUSTER} TO ${DATABASE}.model_calls
DEFINER = ${OWNER} SQL SECURITY DEFINER AS
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
  received_at
FROM priced;

DROP TABLE IF EXISTS ${DATABASE}.model_names ${ON_CLUSTER};

DROP TABLE IF EXISTS ${DATABASE}.model_prices ${ON_CLUSTER};
