import { ROLES, type Role } from '@tollgate/contract';
import type { SingleSignOn } from './sign-on-settings.ts';

export interface Rights {
  readonly roles: readonly Role[];
  readonly teams: readonly string[];
  readonly groups: readonly string[];
  /** Undefined where no group says: then it stays as it is. */
  readonly reads_content: boolean | undefined;
}

/** What the groups that the provider names give together; undefined where the settings say nothing of groups. Pure. */
export function rightsOf(
  { rights }: Pick<SingleSignOn, 'rights'>,
  claimed: readonly string[],
): Rights | undefined {
  if (rights.length === 0) return undefined;
  const given = rights.filter(({ group }) => claimed.includes(group));
  const readings = given.flatMap(({ reads_content }) => (reads_content === undefined ? [] : [reads_content]));
  const teams = new Set(given.flatMap((right) => right.teams));
  return {
    roles: ROLES.filter((role) => given.some(({ roles }) => roles.some((one) => one === role))),
    teams: teams.has('*') ? ['*'] : [...teams].sort(),
    groups: [...new Set(given.flatMap(({ groups }) => groups))].sort(),
    reads_content: readings.length === 0 ? undefined : readings.includes(true),
  };
}
