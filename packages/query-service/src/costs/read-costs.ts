import { addUsd, TollgateError } from '@tollgate/contract';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { visibleTeams } from '../identity/allows.ts';
import type { Identity } from '../identity/identity.ts';
import { select } from '../runs/select.ts';
import { rangeOf } from '../runs/time-range.ts';
import { type CostGroup, costColumn } from './groups.ts';
import { WITH_OWNERS } from './owner-of-call.ts';
import { costSource } from './sources.ts';
import { TEAM, WITH_KEYS } from './team-of-call.ts';

const figures = {
  calls: z.coerce.number().int(),
  unpriced_calls: z.coerce.number().int(),
  /** Decimal US dollars of the priced calls. */
  cost_usd: z.string(),
  input_tokens: z.coerce.number().int(),
  output_tokens: z.coerce.number().int(),
};
const groupKeys = {
  workflow: z.string().optional(),
  owner: z.string().optional(),
  team: z.string().optional(),
  model: z.string().optional(),
  provider: z.string().optional(),
  /** UTC, e.g. 2026-11-23. */
  day: z.string().optional(),
  /** When it began, UTC, e.g. 2026-11-23T13:00:00Z. */
  hour: z.string().optional(),
  run: z.string().optional(),
  /** As the service registered it; empty where a run was never registered. */
  initiator: z.string().optional(),
  /** The ingest key's. */
  principal: z.string().optional(),
};
const costRow = z.object({ ...groupKeys, ...figures });
type CostRow = z.output<typeof costRow>;

export const costsAnswer = z.object({ items: z.array(costRow), total: z.object(figures) });
type CostsAnswer = z.output<typeof costsAnswer>;

interface CostQuery {
  readonly group_by: readonly CostGroup[];
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly workflow?: string | undefined;
  readonly owner?: string | undefined;
  readonly team?: string | undefined;
  readonly model?: string | undefined;
}

/** More groups than this are not an answer that anybody reads. */
const MAX_GROUPS = 10_000;

/**
 * Costs of the counted calls that began in a range, by any groups, the newest time and then the dearest first: whole days
 * that nothing has changed since from their rollup, the others from rows; by hour, run or initiator all from rows. The total is
 * the sum of the items, so the two agree whatever arrives meanwhile.
 * @throws TollgateError `invalid_request` where there are more than ten thousand groups
 */
export async function readCosts(
  deps: Pick<Deps, 'store'>,
  identity: Identity,
  { group_by, from, to, ...filter }: CostQuery,
): Promise<CostsAnswer> {
  const teams = visibleTeams(identity);
  const given = (['workflow', 'owner', 'team', 'model'] as const).filter(
    (name) => filter[name] !== undefined,
  );
  const conditions = [
    ...given.map((name) => `${costColumn(name)} = {${name}:String}`),
    ...(teams === undefined ? [] : [`${TEAM} IN {teams:Array(String)}`]),
  ];
  const source = await costSource(deps, group_by, rangeOf({ from, to }));
  const needsTeam = group_by.includes('team') || filter.team !== undefined || teams !== undefined;
  const needsOwner = group_by.includes('owner') || filter.owner !== undefined;
  const rows = `${source.sql} AS c ${needsTeam ? WITH_KEYS : ''} ${needsOwner ? WITH_OWNERS : ''}`;
  const items = await select(deps, costRow, costSql(group_by, rows, conditions), {
    ...filter,
    ...source.params,
    ...{ teams: teams ?? [], limit: MAX_GROUPS + 1 },
  });
  if (items.length > MAX_GROUPS)
    throw new TollgateError(
      'invalid_request',
      'There are too many groups; narrow the range, or group by less.',
    );
  return { items: items.map(normalised), total: totalOf(items) };
}

/** @param rows as `c` */
function costSql(group_by: readonly CostGroup[], rows: string, conditions: readonly string[]): string {
  const keys = group_by.map(costColumn);
  const columns = group_by.map((name) => `${costColumn(name)} AS ${name}`);
  const times = (['day', 'hour'] as const).filter((name) => group_by.includes(name));
  const order = [...times.map((name) => `${name} DESC`), 'priced DESC', ...group_by];
  return `
    SELECT ${[...columns, ''].join(', ')}
      sum(c.cost) AS priced, toString(priced) AS cost_usd,
      sum(c.calls) AS calls, sum(c.unpriced_calls) AS unpriced_calls,
      sum(c.input_tokens) AS input_tokens, sum(c.output_tokens) AS output_tokens
    FROM ${rows}
    ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`}
    ${keys.length === 0 ? 'HAVING calls > 0' : `GROUP BY ${keys.join(', ')}`}
    ORDER BY ${order.join(', ')} LIMIT {limit:UInt32}`;
}

/** Exact decimals without the zeros that their scale brings. */
const normalised = (row: CostRow): CostRow => ({ ...row, cost_usd: addUsd(row.cost_usd) });

function totalOf(items: readonly CostRow[]): CostsAnswer['total'] {
  const sum = (field: 'calls' | 'unpriced_calls' | 'input_tokens' | 'output_tokens') =>
    items.reduce((total, item) => total + item[field], 0);
  return {
    calls: sum('calls'),
    unpriced_calls: sum('unpriced_calls'),
    cost_usd: addUsd('0', ...items.map(({ cost_usd }) => cost_usd)),
    input_tokens: sum('input_tokens'),
    output_tokens: sum('output_tokens'),
  };
}
