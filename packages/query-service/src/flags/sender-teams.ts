import type { Deps } from '../deps.ts';
import { ofOneTeam, teamsOfEach } from '../identity/principal-teams.ts';
import { soleTeam } from '../runs/sole-team.ts';
import type { TouchedRun } from './touched-runs.ts';

/**
 * Whose runs are that nobody registered: of the one team whose keys sent something of it, and of no team where there are several, as
 * they are seen. A run of which the service knows no sender, as of another collector's own keys, is not among them: of that
 * there is nothing but what its spans claim.
 */
export async function senderTeams(
  reader: Pick<Deps, 'control'>,
  touched: readonly Pick<TouchedRun, 'run_id' | 'principals'>[],
): Promise<ReadonlyMap<string, string>> {
  const known = await teamsOfEach(reader, [...new Set(touched.flatMap(({ principals }) => principals))]);
  const teams = ofOneTeam(known);
  return new Map(
    touched
      .filter(({ principals }) => principals.some((principal) => known.has(principal)))
      .map(({ run_id, principals }) => [run_id, soleTeam({ ...NOBODY, principals }, teams)]),
  );
}

const NOBODY = { registered: false, late: false, team: '' } as const;
