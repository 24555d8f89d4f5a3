import type { ControlState } from '../state/change.ts';

type Reader = { readonly control: Pick<ControlState, 'db'> };

/** Each principal and a team that it has, or had, a key of. */
const keys = ({ control }: Reader) =>
  control.db
    .selectFrom('credentials')
    .select(['principal', 'team'])
    .distinct()
    .where('kind', '=', 'agent_key');

/**
 * The principals whose keys are all of these teams, ended ones included: a name that had a key of another team before says nothing
 * about whose the spans are that came under it.
 */
export async function principalsOf(reader: Reader, teams: readonly string[]): Promise<string[]> {
  const teamsOf = byPrincipal(await keys(reader).execute());
  return [...teamsOf]
    .filter(([, its]) => its.every((team) => teams.includes(team)))
    .map(([principal]) => principal);
}

/** The team of each of these principals, of which all of its keys are. */
export async function teamOfEach(
  reader: Reader,
  principals: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  return ofOneTeam(await teamsOfEach(reader, principals));
}

/** Every team that each of these principals has, or had, a key of; those that have none are left out. */
export async function teamsOfEach(
  reader: Reader,
  principals: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (principals.length === 0) return new Map();
  return byPrincipal(await keys(reader).where('principal', 'in', principals).execute());
}

/** Those of which all keys are one team's, with that. Pure. */
export const ofOneTeam = (teamsOf: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, string> =>
  new Map(
    [...teamsOf].flatMap(([principal, [team, ...others]]) =>
      team === undefined || others.length > 0 ? [] : [[principal, team]],
    ),
  );

function byPrincipal(
  rows: readonly { readonly principal: string | null; readonly team: string | null }[],
): ReadonlyMap<string, readonly string[]> {
  const teamsOf = new Map<string, string[]>();
  for (const { principal, team } of rows)
    if (principal !== null && team !== null)
      teamsOf.set(principal, [...(teamsOf.get(principal) ?? []), team]);
  return teamsOf;
}
