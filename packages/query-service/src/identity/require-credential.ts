import { TollgateError } from '@tollgate/contract';
import type { ControlState } from '../state/change.ts';
import { readJsonList } from '../state/json.ts';
import type { PersonIdentity } from './identity.ts';
import { requireTeam } from './require.ts';

/**
 * That an admin may end or renew this key or token: a key is its team's, a token belongs to each team of its person, whose power
 * it carries.
 * @throws TollgateError `not_found` where there is none, or it is another team's
 */
export async function requireCredential(
  { db }: Pick<ControlState, 'db'>,
  admin: PersonIdentity,
  credential_id: string,
): Promise<void> {
  const row = await db
    .selectFrom('credentials')
    .leftJoin('people', 'people.person_id', 'credentials.person_id')
    .select(['team', 'teams'])
    .where('credential_id', '=', credential_id)
    .executeTakeFirst();
  if (row === undefined) throw new TollgateError('not_found', 'No live key or token has that id.');
  // A person without teams is nobody's but the whole installation's.
  const of = row.team === null ? readJsonList(row.teams) : [row.team];
  for (const team of of.length === 0 ? ['*'] : of) requireTeam(admin, team);
}
