import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { visibleTeams } from '../identity/allows.ts';
import type { Identity } from '../identity/identity.ts';
import { select } from '../runs/select.ts';
import { storeRange } from '../runs/time-range.ts';

const count = z.coerce.number().int();

/** What one control found in one workflow on one day, and what has become of it. */
export const resultAnswer = z.object({
  /** UTC, e.g. 2026-11-23: when the flags were first raised. */
  day: z.string(),
  control: z.string(),
  workflow: z.string(),
  flags: count,
  open: count,
  acknowledged: count,
  resolved: count,
  cleared: count,
});
type ResultAnswer = z.output<typeof resultAnswer>;

const QUERY = `
  SELECT toString(c.day) AS day, c.control AS control, c.workflow AS workflow, sum(c.flags) AS flags, sum(c.open_flags) AS open,
    sum(c.acknowledged) AS acknowledged, sum(c.resolved) AS resolved, sum(c.cleared) AS cleared
  FROM control_results(from = {from:String}, to = {to:String}) AS c
  WHERE ({every:Bool} OR c.team IN {teams:Array(String)}) AND ({workflow:String} = '' OR c.workflow = {workflow:String})
  GROUP BY c.day, c.control, c.workflow ORDER BY day DESC, control, workflow LIMIT 10000`;

interface ResultQuery {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly workflow?: string | undefined;
}

/** What controls found, the newest day first; at most ten thousand rows. Days are whole: from the day of `from` until before that of `to`. */
export async function readResults(
  deps: Pick<Deps, 'store'>,
  identity: Identity,
  { from, to, workflow = '' }: ResultQuery,
): Promise<readonly ResultAnswer[]> {
  const teams = visibleTeams(identity);
  return select(deps, resultAnswer, QUERY, {
    ...storeRange({ from: from?.slice(0, 10), to: to?.slice(0, 10) }),
    ...{ workflow, every: teams === undefined, teams: teams ?? [] },
  });
}
