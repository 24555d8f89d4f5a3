/** What costs can be grouped by, and the column behind each; nothing of a request gets into the SQL but these. */
const GROUPS = {
  workflow: 'c.workflow',
  owner: 'c.owner',
  team: 'c.team',
  principal: 'c.principal',
  model: 'c.model',
  provider: 'c.provider',
  day: 'toString(c.day)',
  hour: `formatDateTime(c.hour, '%Y-%m-%dT%H:00:00Z', 'UTC')`,
  run: 'toString(c.run_id)',
  initiator: 'c.initiator',
} as const;
export type CostGroup = keyof typeof GROUPS;
export const COST_GROUPS = Object.keys(GROUPS) as readonly CostGroup[];

/** Rollups are by day and know no runs: these are read from rows, whatever the range. */
const OF_ROWS: ReadonlySet<CostGroup> = new Set(['hour', 'run', 'initiator']);

const ROLLED = 'counted_costs(from = {from:String}, to = {to:String})';

/** The counted calls of the range, in groups that are as fine as anything that can be asked. */
const rows = (initiator: string, join: string): string => `(
  SELECT m.workflow AS workflow, m.owner AS owner, m.team AS team, m.principal AS principal, m.provider AS provider, m.model AS model,
    toDate(m.start) AS day, toStartOfHour(m.start) AS hour, m.run_id AS run_id, ${initiator} AS initiator,
    count() AS calls, countIf(m.cost IS NULL) AS unpriced_calls, sum(ifNull(m.cost, toDecimal128(0, 15))) AS cost,
    sum(ifNull(m.input_tokens, 0)) AS input_tokens, sum(ifNull(m.output_tokens, 0)) AS output_tokens
  FROM counted_model_calls AS m ${join}
  WHERE m.run_id IN (SELECT run_id FROM model_calls WHERE start >= {from:DateTime64(9, 'UTC')} AND start < {to:DateTime64(9, 'UTC')})
    AND m.start >= {from:DateTime64(9, 'UTC')} AND m.start < {to:DateTime64(9, 'UTC')}
  GROUP BY ALL)`;

/** Who started a run counts only as the service registered it; empty for a run that it never did. */
const REGISTERED = `LEFT JOIN (SELECT run_id, initiator FROM run_registrations FINAL
  WHERE run_id IN (SELECT run_id FROM model_calls WHERE start >= {from:DateTime64(9, 'UTC')} AND start < {to:DateTime64(9, 'UTC')})
  ) AS g ON g.run_id = m.run_id`;

/** Where costs in these groups are read from, as SQL that binds `from` and `to`. */
export function costSource(groups: readonly CostGroup[]): string {
  if (!groups.some((group) => OF_ROWS.has(group))) return ROLLED;
  return groups.includes('initiator') ? rows('g.initiator', REGISTERED) : rows(`''`, '');
}

export const costColumn = (group: CostGroup): string => GROUPS[group];
