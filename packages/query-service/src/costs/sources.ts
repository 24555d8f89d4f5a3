import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { storeTime } from '../records/store-time.ts';
import { greatest, least } from '../runs/run-times.ts';
import { select } from '../runs/select.ts';
import type { Slice } from '../runs/slices.ts';
import { daysToRead } from './days-to-read.ts';
import { type CostGroup, needRows } from './groups.ts';
import { arePlain, PLAIN_CALLS } from './plain-calls.ts';

/** Where costs are read from, as SQL in brackets, with what it binds. */
export interface CostSource {
  readonly sql: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** More runs, or more days, than this are not named in a question: the store takes 128 KiB of a parameter. */
export const MOST_NAMED = 2_000;

/**
 * The counted calls that began in a range, in groups that are as fine as anything that can be asked: whole days that nothing has changed
 * since from their rollup, the others from rows. What `counted_costs` says, or of groups that rollups do not know
 * `counted_model_calls`; but those decide between the reports of all runs, and here it is asked of the runs alone whose calls
 * are not plain. A test holds the two against each other.
 */
export async function costSource(
  deps: Pick<Deps, 'store'>,
  groups: readonly CostGroup[],
  range: Slice,
  mostNamed = MOST_NAMED,
): Promise<CostSource> {
  const days = needRows(groups) ? undefined : await daysToRead(deps, range);
  const rows = days === undefined ? range : within(range, days.ofRows);
  // Few days are of few runs, and those lie together.
  const conditions = days === undefined ? [IN_RANGE] : [IN_RANGE, IN_DAYS, `m.${RUNS_THEN}`];
  const params = {
    ...{ from: storeTime(range.from), to: storeTime(range.to) },
    ...{ rows_from: storeTime(rows.from), rows_to: storeTime(rows.to), row_days: days?.ofRows ?? [] },
    versions: days?.rolledUp.map(([day, version]) => `${day} ${version}`) ?? [],
  };
  const none = rows.from >= rows.to;
  const named = none ? [] : await notPlain(deps, { ...params, limit: mostNamed + 1 });
  if (named.length > mostNamed || params.versions.length > mostNamed)
    return {
      sql: days === undefined ? `(${rowsOf('counted_model_calls', groups, conditions)})` : OF_VIEW,
      params,
    };
  const parts = [
    ...(days === undefined || days.rolledUp.length === 0 ? [] : [ROLLED_UP]),
    ...(none ? [] : [rowsOf(PLAIN_CALLS, groups, [...conditions, NOT_NAMED])]),
    ...(named.length === 0 ? [] : [rowsOf('counted_model_calls', groups, [...conditions, NAMED])]),
  ];
  return {
    sql: parts.length === 0 ? NOTHING : `(${parts.join(' UNION ALL ')})`,
    params: { ...params, named },
  };
}

/** As much of a range as these days, which are in order, reach over. */
function within({ from, to }: Slice, days: readonly string[]): Slice {
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return { from: 0n, to: 0n };
  return { from: greatest(from, startOf(first)), to: least(to, startOf(last) + DAY) };
}

const DAY = 86_400_000_000_000n;
const startOf = (day: string): bigint => BigInt(Date.parse(day)) * 1_000_000n;

const OF_VIEW = 'counted_costs(from = {from:String}, to = {to:String})';

const ROLLED_UP = `
  SELECT day, toStartOfHour(toDateTime(day, 'UTC')) AS hour, toUUIDOrZero('') AS run_id, '' AS initiator,
    g.1 AS workflow, g.2 AS owner, g.3 AS team, g.4 AS principal, g.5 AS provider, g.6 AS model, g.7 AS calls, g.8 AS unpriced_calls,
    g.9 AS cost, g.10 AS input_tokens, g.11 AS output_tokens
  FROM (
    SELECT day, arrayJoin(arrayZip(groups.workflow, groups.owner, groups.team, groups.principal, groups.provider, groups.model,
      groups.calls, groups.unpriced_calls, groups.cost, groups.input_tokens, groups.output_tokens)) AS g
    FROM cost_days WHERE has({versions:Array(String)}, concat(toString(day), ' ', toString(toUnixTimestamp64Nano(version)))))`;

/** With the columns of `ROLLED_UP`, and of no rows. */
const NOTHING = `(SELECT * FROM (${ROLLED_UP}) WHERE 0)`;

const IN_RANGE = `m.start >= {rows_from:DateTime64(9, 'UTC')} AND m.start < {rows_to:DateTime64(9, 'UTC')}`;
const IN_DAYS = `has({row_days:Array(Date)}, toDate(m.start))`;
const NAMED = 'm.run_id IN {named:Array(UUID)}';
const NOT_NAMED = 'm.run_id NOT IN {named:Array(UUID)}';

function rowsOf(source: string, groups: readonly CostGroup[], conditions: readonly string[]): string {
  const initiator = groups.includes('initiator');
  const is = (group: CostGroup, column: string, none: string) => (groups.includes(group) ? column : none);
  return `
  SELECT toDate(m.start) AS day, ${is('hour', 'toStartOfHour(m.start)', `toStartOfHour(toDateTime(day, 'UTC'))`)} AS hour,
    ${is('run', 'm.run_id', `toUUIDOrZero('')`)} AS run_id, ${is('initiator', 'g.initiator', `''`)} AS initiator,
    m.workflow AS workflow, m.owner AS owner, m.team AS team, m.principal AS principal, m.provider AS provider, m.model AS model,
    count() AS calls, countIf(m.cost IS NULL) AS unpriced_calls, sum(ifNull(m.cost, toDecimal128(0, 15))) AS cost,
    sum(ifNull(m.input_tokens, 0)) AS input_tokens, sum(ifNull(m.output_tokens, 0)) AS output_tokens
  FROM ${source} AS m ${initiator ? REGISTERED : ''}
  WHERE ${conditions.join(' AND ')}
  GROUP BY ALL`;
}

/** Who started a run counts only as the service registered it; empty for a run that it never did. */
const REGISTERED = `LEFT JOIN (SELECT run_id, initiator FROM run_registrations FINAL
  WHERE run_id IN (SELECT run_id FROM model_calls WHERE start >= {rows_from:DateTime64(9, 'UTC')} AND start < {rows_to:DateTime64(9, 'UTC')})
  ) AS g ON g.run_id = m.run_id`;

const row = z.object({ run_id: z.string() });

/** Runs that may have called a model then: something of them is of no earlier, and something of no later time. */
const RUNS_THEN = `run_id IN (
  SELECT s.run_id FROM run_summaries AS s
  WHERE s.last_at >= {rows_from:DateTime64(9, 'UTC')} AND s.started_at < {rows_to:DateTime64(9, 'UTC')})`;

/** Of these, in all that is stored of them, those whose calls are not plain. None of their calls is before they started. */
const NOT_PLAIN = `
  SELECT toString(p.run_id) AS run_id FROM model_calls AS p
  WHERE p.${RUNS_THEN} AND p.start >= (SELECT min(e.started_at) FROM run_summaries AS e WHERE e.${RUNS_THEN})
  GROUP BY p.run_id HAVING NOT (${arePlain('p', '1')}) LIMIT {limit:UInt32} SETTINGS final = 0`;

/** At most so many of them. */
async function notPlain(
  deps: Pick<Deps, 'store'>,
  params: Readonly<Record<string, unknown>>,
): Promise<readonly string[]> {
  return (await select(deps, row, NOT_PLAIN, params)).map(({ run_id }) => run_id);
}
