import { TollgateError } from '@tollgate/contract';
import type { PersonIdentity } from '../identity/identity.ts';
import { requireTeam } from '../identity/require.ts';

/**
 * @param what what only they do, as the refusal says it: `suspends or resumes a workflow`
 * @throws TollgateError `not_found` for another team's, `forbidden` unless the person owns it or is an admin
 */
export function requireOwner(
  person: PersonIdentity,
  { owner, team }: { readonly owner: string; readonly team: string },
  what: string,
): void {
  requireTeam(person, team);
  if (person.roles.includes('admin') || owner === person.name) return;
  throw new TollgateError('forbidden', `Only its owner or an admin ${what}.`);
}
