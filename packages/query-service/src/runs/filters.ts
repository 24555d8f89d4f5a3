import { compareUsd, SEVERITIES, TollgateError } from '@tollgate/contract';
import { z } from 'zod';

const name = z.string().min(1).max(256);
/** Exact decimals of at most the scale that costs have. */
const amount = z.string().regex(/^\d{1,20}(\.\d{1,15})?$/, {
  error: 'write US dollars such as 0.25, with at most 15 decimal places',
});

/** What runs can be filtered by besides their status. Spread into a query object. */
export const runFilterQuery = {
  workflow: name.optional(),
  team: name.optional(),
  owner: name.optional(),
  principal: name.optional(),
  initiator: name.optional(),
  policy_version: name.optional(),
  /** Runs that were about to do something of this action class, by what their evidence claims. */
  action_class: z.enum(['1', '2', '3']).optional(),
  tool: name.optional(),
  /** Runs with an open flag of this control. */
  control: name.optional(),
  /** Runs with an open flag of this severity. */
  severity: z.enum(SEVERITIES).optional(),
  /** Runs with priced calls of at least so much together, in US dollars. */
  min_cost_usd: amount.optional(),
  /** Runs whose calls cost at most so much. A run of whose calls none has a price is not among them: unknown is not zero. */
  max_cost_usd: amount.optional(),
} as const;

type RunFilterName = keyof typeof runFilterQuery;
export type RunFilter = Partial<Record<RunFilterName, string | undefined>>;

/** Of a fact that a row of a run states, it does not matter how often it is there. */
const ANY_ROW = 'SETTINGS final = 0';

const OPEN_FLAGS = `SELECT run_id FROM current_flags WHERE run_id IS NOT NULL AND state IN ('open', 'acknowledged')`;

/** A call of a run is never before the run; a run may go on after the range that it started in. */
const CALLS = `
  SELECT c.run_id FROM counted_model_calls AS c
  WHERE c.run_id IN (SELECT run_id FROM model_calls WHERE start >= {slice_from:DateTime64(9, 'UTC')}) GROUP BY c.run_id`;
const SUM = 'sum(ifNull(c.cost, toDecimal128(0, 15)))';
const UNKNOWN = 'countIf(c.cost IS NOT NULL) = 0';

/** The condition on `r`, the run, of each filter. Values are bound, under the filter's name. */
const CONDITIONS: Readonly<Record<RunFilterName, string>> = {
  workflow: 'r.workflow = {workflow:String}',
  team: 'r.team = {team:String}',
  owner: 'r.owner = {owner:String}',
  principal: 'r.principal = {principal:String}',
  initiator: 'r.registered AND r.initiator = {initiator:String}',
  policy_version: 'r.policy_version = {policy_version:String}',
  action_class: `r.run_id IN (SELECT run_id FROM tool_calls WHERE action_class = {action_class:UInt8} AND start >= {slice_from:DateTime64(9, 'UTC')} ${ANY_ROW})`,
  tool: `r.run_id IN (SELECT run_id FROM tool_calls WHERE tool = {tool:String} AND start >= {slice_from:DateTime64(9, 'UTC')} ${ANY_ROW})`,
  control: `r.run_id IN (${OPEN_FLAGS} AND control = {control:String})`,
  severity: `r.run_id IN (${OPEN_FLAGS} AND severity = {severity:String})`,
  min_cost_usd: `r.run_id IN (${CALLS} HAVING NOT (${UNKNOWN}) AND ${SUM} >= toDecimal128({min_cost_usd:String}, 15))`,
  max_cost_usd: `r.run_id NOT IN (${CALLS} HAVING ${UNKNOWN} OR ${SUM} > toDecimal128({max_cost_usd:String}, 15))`,
};

/**
 * What a filter asks of a run, as SQL on `r` with bound parameters; `slice_from`, from when on the runs have started, has to be bound as well.
 * @throws TollgateError `invalid_request` where the least cost is more than the most
 */
export function runConditions(filter: RunFilter): readonly string[] {
  const { min_cost_usd: least, max_cost_usd: most } = filter;
  if (least !== undefined && most !== undefined && compareUsd(least, most) > 0)
    throw new TollgateError('invalid_request', undefined, {
      issues: [{ path: 'query.max_cost_usd', message: 'at least min_cost_usd' }],
    });
  const names = Object.keys(CONDITIONS) as RunFilterName[];
  return names.filter((each) => filter[each] !== undefined).map((each) => CONDITIONS[each]);
}
