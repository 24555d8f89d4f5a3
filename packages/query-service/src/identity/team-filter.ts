import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { visibleTeams } from './allows.ts';
import type { Identity } from './identity.ts';

/**
 * SQL: the JSON list `teams` names a team that this identity sees, or is of every team. In the query, because a page that is
 * filtered afterwards tells of others by its length and its cursor.
 */
export function namesTeam(identity: Identity): RawBuilder<SqlBool> {
  const teams = visibleTeams(identity);
  if (teams === undefined) return sql<SqlBool>`1 = 1`;
  const named = ['*', ...teams].map((team) => sql`teams like ${pattern(team)} escape '!'`);
  return sql<SqlBool>`(${sql.join(named, sql` or `)})`;
}

/** Names of teams have no quotes, so a name in its quotes is an element of the list and nothing else. */
const pattern = (team: string): string => `%${JSON.stringify(team).replaceAll(/[!%_]/g, '!$&')}%`;
