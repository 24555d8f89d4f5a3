import { compareUsd, SEVERITIES, TollgateError } from '@tollgate/contract';
import { z } from 'zod';
import { arePlain, PLAIN } from '../costs/plain-calls.ts';

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

/** Runs with an open flag of which the newest state says so. */
const flagged = (what: string, only: string) => `
  SELECT f.run_id FROM flags AS f WHERE isNotNull(f.run_id) ${only} GROUP BY f.flag_id, f.run_id
  HAVING argMax((f.state IN ('open', 'acknowledged')) AND ${what}, (f.at, f.received_at)) ${ANY_ROW}`;

/** A call of a run is never before the run; a run may go on after the range that it started in. */
const SINCE = `start >= {slice_from:DateTime64(9, 'UTC')}`;
const called = (what: string, only: string) =>
  `SELECT run_id FROM tool_calls WHERE ${what} AND ${SINCE} ${only} ${ANY_ROW}`;

/**
 * Runs whose calls together cost what `having` says of `usd` and `unknown` (none of the calls has a price). Only of those whose calls
 * are not plain is the view asked that decides which reports are one call.
 */
const costing = (having: string, only: string) => {
  const calls = `model_calls AS m WHERE m.${SINCE} ${only} GROUP BY m.run_id`;
  const plain = arePlain('m', '1');
  const figures = (cost: string) =>
    `sum(ifNull(${cost}, toDecimal128(0, 15))) AS usd, count(${cost}) = 0 AS unknown`;
  return `
  SELECT m.run_id, ${figures(PLAIN.cost)} FROM ${calls} HAVING ${plain} AND (${having})
  UNION ALL
  SELECT c.run_id, ${figures('c.cost')} FROM counted_model_calls AS c
  WHERE c.run_id IN (SELECT m.run_id FROM ${calls} HAVING NOT (${plain})) GROUP BY c.run_id HAVING ${having}`;
};
const costIs = (having: string, only: string) => `SELECT run_id FROM (${costing(having, only)})`;

const AT_LEAST = 'NOT unknown AND usd >= toDecimal128({min_cost_usd:String}, 15)';
const MORE = 'usd > toDecimal128({max_cost_usd:String}, 15)';
/** Of both bounds together: what calls cost is added up once. */
const costsBetween = (only: string) => `r.run_id IN (${costIs(`${AT_LEAST} AND NOT ${MORE}`, only)})`;

/** The condition on `r`, the run, of each filter; `only` narrows what is read. Values are bound, under the filter's name. */
const CONDITIONS: Readonly<Record<RunFilterName, (only: string) => string>> = {
  workflow: () => 'r.workflow = {workflow:String}',
  team: () => 'r.team = {team:String}',
  owner: () => 'r.owner = {owner:String}',
  principal: () => 'r.principal = {principal:String}',
  initiator: () => 'r.registered AND r.initiator = {initiator:String}',
  policy_version: () => 'r.policy_version = {policy_version:String}',
  action_class: (only) => `r.run_id IN (${called('action_class = {action_class:UInt8}', only)})`,
  tool: (only) => `r.run_id IN (${called('tool = {tool:String}', only)})`,
  control: (only) => `r.run_id IN (${flagged('f.control = {control:String}', only)})`,
  severity: (only) => `r.run_id IN (${flagged('f.severity = {severity:String}', only)})`,
  min_cost_usd: (only) => `r.run_id IN (${costIs(AT_LEAST, only)})`,
  max_cost_usd: (only) => `r.run_id NOT IN (${costIs(`unknown OR ${MORE}`, only)})`,
};

/**
 * What a filter asks of a run, as SQL on `r` with bound parameters; `slice_from`, from when on the runs have started, has to be bound as well.
 * @param among which runs are asked about, as a query of their ids, where they are few
 * @throws TollgateError `invalid_request` where the least cost is more than the most
 */
export function runConditions(filter: RunFilter, among?: string): readonly string[] {
  const { min_cost_usd: least, max_cost_usd: most, ...rest } = filter;
  if (least !== undefined && most !== undefined && compareUsd(least, most) > 0)
    throw new TollgateError('invalid_request', undefined, {
      issues: [{ path: 'query.max_cost_usd', message: 'at least min_cost_usd' }],
    });
  const only = among === undefined ? '' : `AND run_id IN (${among})`;
  const of = (given: RunFilter) =>
    (Object.keys(CONDITIONS) as RunFilterName[])
      .filter((each) => given[each] !== undefined)
      .map((each) => CONDITIONS[each](only));
  return least !== undefined && most !== undefined ? [...of(rest), costsBetween(only)] : of(filter);
}

/** Filters on what a run did or what was found about it, and not on what it is. */
const DEEDS: readonly RunFilterName[] = [
  'action_class',
  'tool',
  'control',
  'severity',
  'min_cost_usd',
  'max_cost_usd',
];

/** How many filters ask what a run did. */
export const ofWhatRunsDid = (filter: RunFilter): number =>
  DEEDS.filter((name) => filter[name] !== undefined).length;
