import type { Deps } from '../deps.ts';
import { visibleTeams } from '../identity/allows.ts';
import type { Identity } from '../identity/identity.ts';
import { principalsOf } from '../identity/principal-teams.ts';

/**
 * Which runs somebody sees. Whose a run is, is known where the service gave its id: it is of the team that registered it. An id that
 * anybody may have made, and that is in headers and logs before it is registered, proves nothing: such a run is seen by those who see
 * the team of every key that sent something of it, and where it was registered late, the team that did so. What spans claim of a team
 * never counts.
 */
export interface Sight {
  /** Whether it is every run, so that nothing has to be asked. */
  readonly isOfAll: boolean;
  /** The condition on a run, as SQL that binds `params`. */
  readonly sees: (columns: RunColumns) => string;
  readonly params: Readonly<Record<string, readonly string[]>>;
}

/** Where a query has what the rule is about. */
interface RunColumns {
  readonly registered: string;
  /** Registered under an id that the service did not give. */
  readonly late: string;
  /** The team that registered it; of another run it is not asked. */
  readonly team: string;
  /** Whose keys sent something of it. */
  readonly principals: string;
}

/** In a row of the view `runs`. */
export const inView = (row: string): RunColumns => ({
  registered: `${row}.registered`,
  late: `${row}.late`,
  team: `${row}.team`,
  principals: `${row}.principals`,
});

export const EVERY_RUN: Sight = { isOfAll: true, sees: () => 'true', params: {} };

/** What is seen by this identity, as keys and teams are now. */
export async function sightOf(deps: Pick<Deps, 'control'>, identity: Identity): Promise<Sight> {
  const teams = visibleTeams(identity);
  if (teams === undefined) return EVERY_RUN;
  const params = { seen_teams: teams, seen_principals: await principalsOf(deps, teams) };
  return { isOfAll: false, sees, params };
}

const sees = ({ registered, late, team, principals }: RunColumns): string => `(
  (NOT ${registered} OR ${team} IN {seen_teams:Array(String)})
  AND ((${registered} AND NOT ${late})
    OR ((${registered} OR notEmpty(${principals})) AND hasAll({seen_principals:Array(String)}, ${principals}))))`;
