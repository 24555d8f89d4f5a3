import { addUsd } from '@tollgate/contract';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { type RunTimes, timesParams, within } from '../runs/run-times.ts';
import { select } from '../runs/select.ts';
import { arePlain, PLAIN } from './plain-calls.ts';

/** What calls cost, with the unpriced ones beside it. */
export const costAnswer = z.object({
  /** Decimal US dollars of the priced calls; null where there are calls and none is priced, which is not zero. */
  usd: z.string().nullable(),
  calls: z.int(),
  unpriced_calls: z.int(),
});
export type CostAnswer = z.output<typeof costAnswer>;

const row = z.object({
  run_id: z.string(),
  usd: z.string(),
  calls: z.coerce.number(),
  unpriced_calls: z.coerce.number(),
  plain: z.boolean(),
});

const figures = (source: string, cost: string, plain: string) => `
  SELECT run_id, sum(ifNull(${cost}, toDecimal128(0, 15))) AS usd, count() AS calls, countIf(isNull(${cost})) AS unpriced_calls,
    CAST(${plain}, 'Bool') AS plain
  FROM ${source} AS c WHERE run_id IN {runs:Array(UUID)} AND ${within('c.start')} GROUP BY run_id`;
const OF_PLAIN_CALLS = figures('model_calls', PLAIN.cost, arePlain('c', 'run_id IN {runs:Array(UUID)}'));
const OF_CALLS = figures('counted_model_calls', 'c.cost', 'true');

export const NO_COST: CostAnswer = { usd: '0', calls: 0, unpriced_calls: 0 };

/** The cost of each of these runs, all of them within these times; a run without calls is not in the map. */
export async function runCosts(
  deps: Pick<Deps, 'store'>,
  runs: readonly string[],
  times: RunTimes,
): Promise<ReadonlyMap<string, CostAnswer>> {
  if (runs.length === 0) return new Map();
  const read = (query: string, asked: readonly string[], one_thread: boolean) =>
    select(deps, row, query, { runs: asked, ...timesParams(times) }, { one_thread });
  const stored = await read(OF_PLAIN_CALLS, runs, true);
  const [plain = [], others = []] = [true, false].map((wanted) =>
    stored.filter((figure) => figure.plain === wanted),
  );
  const asked = others.map(({ run_id }) => run_id);
  const rows = asked.length === 0 ? plain : [...plain, ...(await read(OF_CALLS, asked, false))];
  return new Map(
    rows.map(({ run_id, usd, calls, unpriced_calls }) => [run_id, costOf(usd, calls, unpriced_calls)]),
  );
}

/** What calls cost together. Pure. @param costs decimal US dollars of each, null where it is unpriced */
export function sumOfCalls(costs: readonly (string | null)[]): CostAnswer {
  const priced = costs.filter((cost) => cost !== null);
  return costOf(addUsd('0', ...priced), costs.length, costs.length - priced.length);
}

const costOf = (usd: string, calls: number, unpriced_calls: number): CostAnswer => ({
  usd: calls > 0 && calls === unpriced_calls ? null : addUsd(usd),
  calls,
  unpriced_calls,
});
