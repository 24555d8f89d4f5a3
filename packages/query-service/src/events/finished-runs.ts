import type { Deps } from '../deps.ts';
import { plainText } from '../records/plain-text.ts';
import { readFinishedRuns } from '../runs/run-rows.ts';
import { seconds } from '../state/time.ts';
import { KEPT } from './journal.ts';

/**
 * Tells of the final status of runs whose evidence has changed, once a status; a run that ended before the journal
 * reaches back is no news.
 */
export async function tellFinishedRuns(
  deps: Pick<Deps, 'store' | 'control' | 'clock'>,
  runs: readonly string[],
): Promise<void> {
  const finished = await readFinishedRuns(deps, runs, deps.clock() - seconds(KEPT.seconds));
  if (finished.length === 0) return;
  await deps.control.change(async (change) => {
    for (const { run_id, ...said } of finished) {
      // An agent's words, all three of a run that nobody registered.
      const status = plainText(said.status);
      const [workflow, team] = [plainText(said.workflow), plainText(said.team)];
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
