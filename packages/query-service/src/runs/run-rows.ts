import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { storeTime } from '../records/store-time.ts';
import { select } from './select.ts';
import type { Sight } from './sight.ts';

const row = z.object({
  run_id: z.string(),
  workflow: z.string(),
  policy_version: z.string(),
  owner: z.string(),
  team: z.string(),
  principal: z.string(),
  initiator: z.string(),
  initiator_verified: z.coerce.boolean(),
  registered: z.coerce.boolean(),
  governed: z.coerce.boolean(),
  status: z.string(),
  started: z.coerce.bigint(),
  last: z.coerce.bigint(),
});
/** What is known of a run: what the service registered, else what the agent's evidence claims. Times in ns. */
export type RunRow = z.output<typeof row>;
const seenRow = row.extend({ seen: z.coerce.boolean() });

const MANY = `
  SELECT r.run_id AS run_id, r.workflow AS workflow, r.policy_version AS policy_version, r.owner AS owner, r.team AS team,
    r.principal AS principal, r.initiator AS initiator, r.initiator_verified AS initiator_verified, r.registered AS registered,
    r.governed AS governed, r.final_status AS status, toUnixTimestamp64Nano(r.started_at) AS started,
    toUnixTimestamp64Nano(r.last_at) AS last
  FROM runs AS r WHERE r.run_id IN {runs:Array(UUID)}`;

/** In no order; of a run that nothing is known of there is none. */
export const readRunRows = (deps: Pick<Deps, 'store'>, runs: readonly string[]): Promise<readonly RunRow[]> =>
  select(deps, row, MANY, { runs }, { one_thread: true });

/** With which `run_summaries` is merged as the view of runs has it, over months and without an index. */
const MERGED_AS_IN_VIEW =
  'SETTINGS do_not_merge_across_partitions_select_final = 0, use_skip_indexes_if_final = 0';

/**
 * What the view says of one run, asked of the table below it: to plan the view takes the engine twice as long as the read does. A test
 * holds the two against each other.
 */
const one = ({ sees }: Pick<Sight, 'sees'>) => `
  SELECT run_id, ${sees(IN_SUMMARY)} AS seen, if(registered, registered_workflow, s.workflow) AS workflow,
    if(registered, registered_policy_version, s.policy_version) AS policy_version, if(registered, registered_owner, s.owner) AS owner,
    if(registered, registered_team, s.team) AS team, if(registered, registered_principal, s.principal) AS principal,
    initiator, initiator_verified, registered, governed, if(claimed_status.2 = '', 'unsealed', claimed_status.2) AS status,
    toUnixTimestamp64Nano(s.started_at) AS started, toUnixTimestamp64Nano(s.last_at) AS last
  FROM run_summaries AS s WHERE run_id = {run_id:UUID}
  ${MERGED_AS_IN_VIEW}`;

const IN_SUMMARY = {
  registered: 's.registered',
  late: 's.registered_late',
  team: 's.registered_team',
  principals: 's.principals',
};

/** Undefined where nothing is known of the run, or nothing may be told. */
export async function readRunRow(
  deps: Pick<Deps, 'store'>,
  run_id: string,
  sight: Sight,
): Promise<RunRow | undefined> {
  const [found] = await select(deps, seenRow, one(sight), { run_id, ...sight.params }, { one_thread: true });
  if (found === undefined || !found.seen) return undefined;
  const { seen: _, ...rest } = found;
  return rest;
}

const finished = z.object({
  ...{ run_id: z.string(), workflow: z.string(), team: z.string(), status: z.string() },
  registered: z.coerce.boolean(),
  late: z.coerce.boolean(),
  principals: z.array(z.string()),
});

const FINISHED = `
  SELECT toString(s.run_id) AS run_id, if(registered, registered_workflow, s.workflow) AS workflow,
    if(registered, registered_team, s.team) AS team, claimed_status.2 AS status,
    s.registered AS registered, s.registered_late AS late, s.principals AS principals
  FROM run_summaries AS s WHERE s.run_id IN {runs:Array(UUID)} AND governed AND claimed_status.2 != ''
    AND last_at >= {since:DateTime64(9, 'UTC')}
  ${MERGED_AS_IN_VIEW}`;

/** Of some runs, the governed ones that say how they ended, and whose last span is not older than that (ns); below the view as well. */
export const readFinishedRuns = (
  deps: Pick<Deps, 'store'>,
  runs: readonly string[],
  since: bigint,
): Promise<readonly z.output<typeof finished>[]> =>
  select(deps, finished, FINISHED, { runs, since: storeTime(since) }, { one_thread: true });
