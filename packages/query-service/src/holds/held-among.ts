import type { Deps } from '../deps.ts';
import { select } from '../runs/select.ts';
import type { Change } from '../state/change.ts';
import { isInPeriod, RUN_PERIODS, type RunPeriod, runPeriod } from './in-period.ts';

/** Values in one query. */
const AT_ONCE = 500;

/**
 * Which of these runs are on hold, from the control state, where a hold is from its commit on. A run is held where any of
 * `periods` says so: registrations and evidence are both asked.
 */
export async function heldAmong(
  db: Pick<Change['db'], 'selectFrom'>,
  run_ids: readonly string[],
  periods: readonly RunPeriod[],
): Promise<readonly string[]> {
  const holds = await db.selectFrom('legal_holds').selectAll().where('lifted_at', 'is', null).execute();
  const byRun = new Set(holds.flatMap(({ run_id }) => (run_id === null ? [] : [run_id])));
  const held = new Set(run_ids.filter((run_id) => byRun.has(run_id)));
  const ofWorkflows = holds.filter(({ run_id }) => run_id === null);
  for (const period of periods)
    if (ofWorkflows.some((hold) => isInPeriod(hold, period))) held.add(period.run_id);
  return [...held];
}

/** When these runs were, by registrations and by the evidence. @throws ClickHouse's error where the store does not answer */
export async function periodsOf(
  deps: Pick<Deps, 'control' | 'store'>,
  run_ids: readonly string[],
): Promise<readonly RunPeriod[]> {
  const periods: RunPeriod[] = [];
  for (let from = 0; from < run_ids.length; from += AT_ONCE)
    periods.push(...(await periodsOfSome(deps, run_ids.slice(from, from + AT_ONCE))));
  return periods;
}

async function periodsOfSome(
  deps: Pick<Deps, 'control' | 'store'>,
  run_ids: readonly string[],
): Promise<readonly RunPeriod[]> {
  const registered = await deps.control.db
    .selectFrom('runs')
    .select(['run_id', 'workflow', 'registered_at'])
    .where('run_id', 'in', run_ids)
    .execute();
  const stored = await select(deps, runPeriod, RUN_PERIODS, { runs: run_ids });
  return [...registered.map(ofRegistration), ...stored];
}

/** As the store will have it; it may not have been sent there yet. */
const ofRegistration = ({ run_id, workflow, registered_at: at }: Registration): RunPeriod => ({
  ...{ run_id, workflows: [workflow], any_workflow: false },
  ...{ first: at, last: at, first_received: at, last_received: at },
});

interface Registration {
  readonly run_id: string;
  readonly workflow: string;
  readonly registered_at: string;
}
