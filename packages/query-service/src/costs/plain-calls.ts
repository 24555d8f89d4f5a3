import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { select } from '../runs/select.ts';

/**
 * Reports of one scope are never merged (`model_call_reports`), so in a run that a single scope reported, every report counts; and a
 * report that was never repriced costs what it was given at insert (`priced_model_calls`). Calls of such a run are called plain here.
 * That is most runs, and it can be told without the two views, whose plans take the engine longer than all other reads of
 * a run together. A run whose calls are not plain is asked of the views; a test holds the two against each other.
 */
export const PLAIN = {
  cost: 'ifNull(provider_cost, local_cost)',
  cost_source: `multiIf(isNotNull(provider_cost), 'provider', isNotNull(local_cost), 'local', '')`,
  price_version: `if(isNotNull(provider_cost), '', local_price_version)`,
  why: `if(response_id != '', 'the report that counts for its response id', 'the only report of its call, or the one that counts for it')`,
} as const;

/** `model_calls` with the columns that the views have. */
export const PLAIN_CALLS = `(
  SELECT * EXCEPT (cost, cost_source, price_version), ${PLAIN.cost} AS cost, ${PLAIN.cost_source} AS cost_source,
    ${PLAIN.price_version} AS price_version
  FROM model_calls)`;

/** Whether a single scope reported the calls of a run, as an aggregate over its reports. */
export const ofOneScope = (row: string): string => `uniqExact((${row}.scope_name, ${row}.scope_version)) = 1`;

/** Whether the calls of a run are plain, as an aggregate over rows of `PLAIN_CALLS`. @param runs condition on the runs that are asked about */
export const arePlain = (row: string, runs: string): string =>
  `${ofOneScope(row)} AND NOT max(${row}.run_id IN (SELECT run_id FROM model_call_repricings WHERE ${runs}))`;

const repriced = z.object({ run_id: z.string() });

/** Those of some runs of which anything was ever repriced: beside a read of their calls quicker than as a part of it. */
export async function repricedAmong(
  deps: Pick<Deps, 'store'>,
  runs: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await select(
    deps,
    repriced,
    'SELECT DISTINCT run_id FROM model_call_repricings WHERE run_id IN {runs:Array(UUID)} SETTINGS final = 0',
    { runs },
    { one_thread: true },
  );
  return new Set(rows.map(({ run_id }) => run_id));
}
