import type { Role } from '@tollgate/contract';
import type { Identity } from './identity.ts';

/** What a route asks of whoever calls it: nothing, or one of these roles. */
export type Access = 'public' | { readonly roles: readonly Role[] };

export type Allowance = 'allowed' | 'unauthenticated' | 'forbidden' | 'not_found';

/**
 * The one rule about who may do what. Pure. `team` is the team of the thing asked for; what belongs to another team is
 * `not_found`, so that its existence is not told.
 */
export function allows(identity: Identity | undefined, access: Access, team?: string): Allowance {
  if (access === 'public') return 'allowed';
  if (identity === undefined) return 'unauthenticated';
  if (!identity.roles.some((role) => access.roles.includes(role))) return 'forbidden';
  return team === undefined || seesTeam(identity, team) ? 'allowed' : 'not_found';
}

/** Whether things of this team are visible to this identity at all. */
export function seesTeam(identity: Identity, team: string): boolean {
  return identity.teams.some((one) => one === '*' || one === team);
}

/** The teams to filter a list by; undefined where the identity sees every team. */
export function visibleTeams(identity: Identity): readonly string[] | undefined {
  return identity.teams.some((team) => team === '*') ? undefined : identity.teams;
}
