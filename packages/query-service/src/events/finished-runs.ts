import type { Deps } from '../deps.ts';
import { teamOfEach } from '../identity/principal-teams.ts';
import { plainText } from '../records/plain-text.ts';
import { readFinishedRuns } from '../runs/run-rows.ts';
import { soleTeam } from '../runs/sole-team.ts';
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
  const teams = await teamOfEach(deps, [...new Set(finished.flatMap(({ principals }) => principals))]);
  await deps.control.change(async (change) => {
    for (const { run_id, ...run } of finished) {
      // An agent's words, both of a run that nobody registered.
      const [status, workflow] = [plainText(run.status), plainText(run.workflow)];
      const team = soleTeam(run, teams);
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
