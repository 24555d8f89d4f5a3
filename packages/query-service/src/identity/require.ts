import { type Role, TollgateError } from '@tollgate/contract';
import { allows } from './allows.ts';
import type { AgentIdentity, Identity, PersonIdentity } from './identity.ts';

/** @throws TollgateError `not_found` where the team is not visible, `forbidden` where it is and the role is missing. */
export function requireTeam(identity: Identity, team: string, roles: readonly Role[] = identity.roles): void {
  const answer = allows(identity, { roles }, team);
  if (answer === 'not_found' || answer === 'forbidden') throw new TollgateError(answer);
}

/** @throws TollgateError `forbidden` for a key: what a person has to answer for, no process does. */
export function requirePerson(identity: Identity): PersonIdentity {
  if (identity.kind !== 'person') throw new TollgateError('forbidden', 'Only a person can do that.');
  return identity;
}

/** @throws TollgateError `forbidden` for a person: a run is an agent's, known by its key. */
export function requireAgent(identity: Identity): AgentIdentity {
  if (identity.kind !== 'agent')
    throw new TollgateError('forbidden', 'Only an agent with its key can do that.');
  return identity;
}
