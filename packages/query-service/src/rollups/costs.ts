import type { Rollup } from './rollup.ts';

/** Runs with a call that began on the day. They are read whole: which of their reports are one call is decided within the run. */
const RUNS = `SELECT run_id FROM model_calls
      WHERE start >= {day:Date} AND start < {day:Date} + INTERVAL 1 DAY`;

/** What `GET /v1/costs` and its like group by and add up. A call belongs to the UTC day on which it began. */
export const COSTS: Rollup = {
  name: 'costs',
  table: 'cost_days',
  keys: ['workflow', 'owner', 'team', 'principal', 'provider', 'model', 'service_tier', 'unpriced_reason'],
  figures: [
    ...['calls', 'unpriced_calls', 'cost', 'input_tokens', 'cache_read_tokens', 'cache_creation_tokens'],
    ...['cache_creation_1h_tokens', 'output_tokens', 'reasoning_tokens', 'first_start', 'last_start'],
  ],
  totals: ['calls', 'unpriced_calls', 'cost'],
  touched: `
    SELECT toDate(m.start) AS day, max(t.at) AS at
    FROM model_calls AS m
    INNER JOIN (
      SELECT run_id, max(received_at) AS at FROM (
        SELECT run_id, received_at FROM model_calls WHERE received_at >= {since:DateTime64(9, 'UTC')}
        UNION ALL
        SELECT run_id, received_at FROM model_call_repricings WHERE received_at >= {since:DateTime64(9, 'UTC')})
      GROUP BY run_id) AS t ON t.run_id = m.run_id
    GROUP BY day`,
  everyDay: 'SELECT toDate(m.start) AS day, max(m.received_at) AS at FROM model_calls AS m GROUP BY day',
  groups: `
    SELECT c.workflow AS workflow, c.owner AS owner, c.team AS team, c.principal AS principal, c.provider AS provider,
      c.model AS model, c.service_tier AS service_tier, if(c.cost IS NULL, c.unpriced_reason, '') AS unpriced_reason,
      count() AS calls, countIf(c.cost IS NULL) AS unpriced_calls, sum(ifNull(c.cost, toDecimal128(0, 15))) AS cost,
      sum(ifNull(c.input_tokens, 0)) AS input_tokens, sum(ifNull(c.cache_read_tokens, 0)) AS cache_read_tokens,
      sum(ifNull(c.cache_creation_tokens, 0)) AS cache_creation_tokens,
      sum(ifNull(c.cache_creation_1h_tokens, 0)) AS cache_creation_1h_tokens, sum(ifNull(c.output_tokens, 0)) AS output_tokens,
      sum(ifNull(c.reasoning_tokens, 0)) AS reasoning_tokens, min(c.start) AS first_start, max(c.start) AS last_start
    FROM counted_model_calls AS c
    WHERE c.run_id IN (${RUNS}) AND toDate(c.start) = {day:Date}
    GROUP BY ALL`,
  lastReceived: `
    SELECT max(received_at) AS at FROM (
      SELECT received_at FROM model_calls WHERE run_id IN (${RUNS})
      UNION ALL
      SELECT received_at FROM model_call_repricings WHERE run_id IN (${RUNS}))`,
};
