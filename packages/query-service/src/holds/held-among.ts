import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { select } from '../runs/select.ts';
import type { Change } from '../state/change.ts';
import { timeText } from '../state/time.ts';
import type { Hold } from './hold.ts';

/** Values in one query. */
const AT_ONCE = 500;

/** Of a run, as one source says it; a run may have two. */
export interface RunStart {
  readonly run_id: string;
  readonly workflow: string;
  /** 19 digits of nanoseconds. */
  readonly at: string;
}

/**
 * Which of these runs are on hold, from the control state, where a hold is from its commit on. A run is held where any of
 * `starts` says so: registrations and evidence are both asked.
 */
export async function heldAmong(
  db: Pick<Change['db'], 'selectFrom'>,
  run_ids: readonly string[],
  starts: readonly RunStart[],
): Promise<readonly string[]> {
  const holds = await db.selectFrom('legal_holds').selectAll().where('lifted_at', 'is', null).execute();
  const byRun = new Set(holds.flatMap(({ run_id }) => (run_id === null ? [] : [run_id])));
  const held = new Set(run_ids.filter((run_id) => byRun.has(run_id)));
  const ofWorkflows = holds.filter(({ run_id }) => run_id === null);
  for (const { run_id, ...start } of starts)
    if (ofWorkflows.some((hold) => covers(hold, start))) held.add(run_id);
  return [...held];
}

const covers = ({ workflow, held_from, held_to }: Hold, start: Omit<RunStart, 'run_id'>): boolean =>
  workflow === start.workflow && held_from <= start.at && start.at < held_to;

const startRow = z.object({ run_id: z.string(), workflow: z.string(), started: z.coerce.bigint() });

/** When these runs started, by registrations and by the evidence. @throws ClickHouse's error where the store does not answer */
export async function startsOf(
  deps: Pick<Deps, 'control' | 'store'>,
  run_ids: readonly string[],
): Promise<readonly RunStart[]> {
  const starts: RunStart[] = [];
  for (let from = 0; from < run_ids.length; from += AT_ONCE)
    starts.push(...(await startsOfSome(deps, run_ids.slice(from, from + AT_ONCE))));
  return starts;
}

async function startsOfSome(
  deps: Pick<Deps, 'control' | 'store'>,
  run_ids: readonly string[],
): Promise<readonly RunStart[]> {
  const registered = await deps.control.db
    .selectFrom('runs')
    .select(['run_id', 'workflow', 'registered_at as at'])
    .where('run_id', 'in', run_ids)
    .execute();
  const stored = await select(
    deps,
    startRow,
    `SELECT toString(r.run_id) AS run_id, r.workflow AS workflow, toString(toUnixTimestamp64Nano(r.started_at)) AS started
     FROM runs AS r WHERE r.run_id IN {runs:Array(UUID)}`,
    { runs: run_ids },
  );
  return [...registered, ...stored.map(({ started, ...row }) => ({ ...row, at: timeText(started) }))];
}
