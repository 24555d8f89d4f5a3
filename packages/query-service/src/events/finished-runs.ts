import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { storeTime } from '../records/store-time.ts';
import { select } from '../runs/select.ts';
import { seconds } from '../state/time.ts';
import { KEPT } from './journal.ts';

const row = z.object({ run_id: z.string(), workflow: z.string(), team: z.string(), status: z.string() });

const QUERY = `
  SELECT toString(r.run_id) AS run_id, r.workflow AS workflow, r.team AS team, r.final_status AS status FROM runs AS r
  WHERE r.run_id IN {runs:Array(UUID)} AND r.governed AND r.final_status != 'unsealed'
    AND r.ended_at >= {since:DateTime64(9, 'UTC')}`;

/**
 * Tells of the final status of runs whose evidence has changed, once a status; a run that ended before the journal
 * reaches back is no news.
 */
export async function tellFinishedRuns(
  deps: Pick<Deps, 'store' | 'control' | 'clock'>,
  runs: readonly string[],
): Promise<void> {
  const since = storeTime(deps.clock() - seconds(KEPT.seconds));
  const finished = await select(deps, row, QUERY, { runs, since });
  if (finished.length === 0) return;
  await deps.control.change(async (change) => {
    for (const { run_id, status, workflow, team } of finished) {
      const told = await change.db
        .selectFrom('events')
        .select('position')
        .where('kind', '=', 'run')
        .where('subject', '=', run_id)
        .where('event', '=', status)
        .executeTakeFirst();
      if (told === undefined)
        await change.event({ kind: 'run', event: status, subject: run_id, workflow, team, run_id });
    }
  });
}
