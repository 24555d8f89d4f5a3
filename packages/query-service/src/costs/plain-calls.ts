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
const ofOneScope = (row: string): string => `uniqExact((${row}.scope_name, ${row}.scope_version)) = 1`;

/** Whether anything of a report's run was ever repriced. @param runs condition on the runs that are asked about */
export const wasRepriced = (row: string, runs: string): string =>
  `${row}.run_id IN (SELECT run_id FROM model_call_repricings WHERE ${runs})`;

/** Whether the calls of a run are plain, as an aggregate over its reports. @param runs as above */
export const arePlain = (row: string, runs: string): string =>
  `${ofOneScope(row)} AND NOT max(${wasRepriced(row, runs)})`;
