import { z } from 'zod';
import { arePlain, PLAIN_CALLS } from '../costs/plain-calls.ts';
import { claimed, nanoseconds } from './rows.ts';

/** The counted calls of one run to one model that one principal sent, priced or not. */
export const countedCalls = z.object({
  ...claimed,
  principal: z.string(),
  provider: z.string(),
  model: z.string(),
  unpriced: z.boolean(),
  /** Why the cost of these calls is unknown; empty where it is known. */
  reason: z.string(),
  calls: z.coerce.number(),
  /** Exact decimal text, in US dollars; of unpriced calls zero. */
  spent: z.string(),
  /** When the last of them began (ns): decides which policy version's limit holds. */
  last: nanoseconds,
  /** When the store received the last of them (ns). */
  until: nanoseconds,
});
export type CountedCalls = z.output<typeof countedCalls>;

const callsIn = (source: string, runs: string) => `
  SELECT toString(c.run_id) AS run_id, max(toString(c.workflow)) AS workflow, '' AS policy_version, max(toString(c.owner)) AS owner,
         max(toString(c.team)) AS team, c.principal AS principal, c.provider AS provider, c.model AS model, CAST(c.cost IS NULL, 'Bool') AS unpriced,
         if(unpriced, c.unpriced_reason, '') AS reason, count() AS calls,
         toString(sum(ifNull(c.cost, toDecimal128(0, 15)))) AS spent,
         toString(toUnixTimestamp64Nano(max(c.start))) AS last, toString(toUnixTimestamp64Nano(min(c.received_at))) AS since,
         toString(toUnixTimestamp64Nano(max(c.received_at))) AS until
  FROM ${source} AS c
  WHERE ${runs}
  GROUP BY c.run_id, c.principal, c.provider, c.model, unpriced, reason`;

const ASKED = 'c.run_id IN {runs:Array(UUID)}';

/**
 * The counted calls of some runs. Which reports are one call is decided by windows over all of them, which take longer to plan than
 * to run: so everything that is asked of the calls of a run is asked once.
 */
export const COUNTED_CALLS = callsIn('counted_model_calls', ASKED);

/** Of some runs, those whose calls are not plain (`costs/plain-calls.ts`). */
export const NOT_PLAIN = `
  SELECT toString(m.run_id) AS run_id FROM model_calls AS m WHERE m.run_id IN {runs:Array(UUID)}
  GROUP BY m.run_id HAVING NOT (${arePlain('m', 'run_id IN {runs:Array(UUID)}')})`;

/** What `COUNTED_CALLS` gives of runs whose calls are plain, without its windows. */
export const COUNTED_PLAIN_CALLS = callsIn(PLAIN_CALLS, ASKED);
