interface WhoseRun {
  readonly registered: boolean;
  /** Registered under an id that the service did not give. */
  readonly late: boolean;
  /** The team that registered it. */
  readonly team: string;
  /** Whose keys sent something of it. */
  readonly principals: readonly string[];
}

/**
 * The team whose people see a run (`sight.ts`); empty where they are of no single one, and only who sees all of them does. Pure.
 * @param teams the team of each principal that has one
 */
export function soleTeam(
  { registered, late, team, principals }: WhoseRun,
  teams: ReadonlyMap<string, string>,
): string {
  if (registered && !late) return team;
  const all = new Set(principals.map((principal) => teams.get(principal) ?? ''));
  if (registered) all.add(team);
  const [one = ''] = all;
  return all.size === 1 ? one : '';
}
