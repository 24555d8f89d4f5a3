import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { select } from '../runs/select.ts';
import { timeText } from '../state/time.ts';
import type { Hold } from './hold.ts';

/** Values in one query. */
const AT_ONCE = 500;

/**
 * Which of these runs are on hold, from the control state, where a hold is from its commit on. When a run started is asked of
 * registrations and of the evidence: it is held where either says so.
 * @throws ClickHouse's error where a hold is of a workflow and the store does not answer
 */
export async function heldAmong(
  deps: Pick<Deps, 'control' | 'store'>,
  run_ids: readonly string[],
): Promise<readonly string[]> {
  const holds = await deps.control.db
    .selectFrom('legal_holds')
    .selectAll()
    .where('lifted_at', 'is', null)
    .execute();
  const byRun = new Set(holds.flatMap(({ run_id }) => (run_id === null ? [] : [run_id])));
  const held = new Set(run_ids.filter((run_id) => byRun.has(run_id)));
  const ofWorkflows = holds.filter(({ run_id }) => run_id === null);
  for (let from = 0; ofWorkflows.length > 0 && from < run_ids.length; from += AT_ONCE)
    for (const { run_id, ...fact } of await startsOf(deps, run_ids.slice(from, from + AT_ONCE)))
      if (ofWorkflows.some((hold) => covers(hold, fact))) held.add(run_id);
  return [...held];
}

interface Start {
  readonly workflow: string;
  /** 19 digits of nanoseconds. */
  readonly at: string;
}

const covers = ({ workflow, held_from, held_to }: Hold, start: Start): boolean =>
  workflow === start.workflow && held_from <= start.at && start.at < held_to;

const startRow = z.object({ run_id: z.string(), workflow: z.string(), started: z.coerce.bigint() });

async function startsOf(
  deps: Pick<Deps, 'control' | 'store'>,
  run_ids: readonly string[],
): Promise<readonly (Start & { readonly run_id: string })[]> {
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
