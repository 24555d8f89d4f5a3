import { addUsd } from '@tollgate/contract';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { select } from '../runs/select.ts';
import { scopesOf } from './one-scope.ts';

/** What calls cost, with the unpriced ones beside it. */
export const costAnswer = z.object({
  /** Decimal US dollars of the priced calls; null where there are calls and none is priced, which is not zero. */
  usd: z.string().nullable(),
  calls: z.int(),
  unpriced_calls: z.int(),
});
type CostAnswer = z.output<typeof costAnswer>;

const row = z.object({
  run_id: z.string(),
  usd: z.string(),
  calls: z.coerce.number(),
  unpriced_calls: z.coerce.number(),
  scopes: z.coerce.number(),
});

const figures = (source: string) => `
  SELECT toString(c.run_id) AS run_id, toString(sum(ifNull(c.cost, toDecimal128(0, 15)))) AS usd,
         count() AS calls, countIf(c.cost IS NULL) AS unpriced_calls, ${scopesOf('c')} AS scopes
  FROM ${source} AS c WHERE c.run_id IN {runs:Array(UUID)} GROUP BY c.run_id`;
const OF_REPORTS = figures('priced_model_calls');
const OF_CALLS = figures('counted_model_calls');

export const NO_COST: CostAnswer = { usd: '0', calls: 0, unpriced_calls: 0 };

/** The cost of each of these runs; a run without calls is not in the map. */
export async function runCosts(
  deps: Pick<Deps, 'store'>,
  runs: readonly string[],
): Promise<ReadonlyMap<string, CostAnswer>> {
  if (runs.length === 0) return new Map();
  const reported = await select(deps, row, OF_REPORTS, { runs });
  const several = reported.filter(({ scopes }) => scopes > 1).map(({ run_id }) => run_id);
  const rows = [
    ...reported.filter(({ scopes }) => scopes === 1),
    ...(several.length === 0 ? [] : await select(deps, row, OF_CALLS, { runs: several })),
  ];
  return new Map(
    rows.map(({ run_id, usd, calls, unpriced_calls }) => [
      run_id,
      { usd: calls > 0 && calls === unpriced_calls ? null : addUsd(usd), calls, unpriced_calls },
    ]),
  );
}
