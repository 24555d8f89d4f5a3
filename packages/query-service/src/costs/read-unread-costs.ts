import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { visibleTeams } from '../identity/allows.ts';
import type { Identity } from '../identity/identity.ts';
import { isoFromNanos, select } from '../runs/select.ts';
import { TEAM, WITH_KEYS } from './team-of-call.ts';

export const unreadCostsAnswer = z.object({
  provider: z.string(),
  model: z.string(),
  /** Reports of calls, also those that do not count because another reports the same call. */
  reports: z.int(),
  first_seen: z.iso.datetime(),
  last_seen: z.iso.datetime(),
});

const row = z.object({
  provider: z.string(),
  model: z.string(),
  reports: z.coerce.number(),
  first_seen: isoFromNanos,
  last_seen: isoFromNanos,
});

const QUERY = `
  SELECT c.provider AS provider, c.model AS model, count() AS reports,
         toString(toUnixTimestamp64Nano(min(c.start))) AS first_seen, toString(toUnixTimestamp64Nano(max(c.start))) AS last_seen
  FROM model_calls AS c ${WITH_KEYS}
  WHERE c.cost_note = 'unreadable' AND ({every:Bool} OR ${TEAM} IN {teams:Array(String)})
  GROUP BY c.provider, c.model ORDER BY reports DESC, provider, model LIMIT 1000`;

/** Models of whose calls a provider reported a cost that cannot be read, those with most reports first; at most a thousand. */
export async function readUnreadCosts(
  deps: Pick<Deps, 'store'>,
  identity: Identity,
): Promise<readonly z.output<typeof row>[]> {
  const teams = visibleTeams(identity);
  return select(deps, row, QUERY, { every: teams === undefined, teams: teams ?? [] });
}
