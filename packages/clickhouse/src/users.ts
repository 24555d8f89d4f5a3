import type { ClickHouseClient } from '@clickhouse/client';
import type { Credentials } from './credentials.ts';
import { GRANTS, ROLES, type Role, USER_SETTINGS } from './roles.ts';

/**
 * Statements that give an external server the same users as the embedded one has: passwords as they are kept here, grants
 * and settings from the same lists.
 */
export function userStatements(credentials: Credentials): readonly string[] {
  return ROLES.flatMap((role) => statementsOf(role, credentials));
}

function statementsOf(role: Role, credentials: Credentials): string[] {
  const { user, password } = credentials[role];
  const settings = Object.entries(USER_SETTINGS[role]).map(([name, value]) => `${name} = ${value}`);
  const clause = settings.length > 0 ? ` SETTINGS ${settings.join(', ')}` : '';
  return [
    `CREATE USER IF NOT EXISTS ${user} IDENTIFIED WITH sha256_password BY '${password}'${clause}`,
    `ALTER USER ${user} IDENTIFIED WITH sha256_password BY '${password}'${clause}`,
    `REVOKE ALL ON *.* FROM ${user}`,
    ...GRANTS[role].map((grant) => `GRANT ${grant} TO ${user}`),
  ];
}

/** Passwords are generated in hex, so there is nothing in them to escape. @throws what the server refuses, e.g. without access management */
export async function createUsers(admin: ClickHouseClient, credentials: Credentials): Promise<void> {
  for (const query of userStatements(credentials)) await admin.command({ query });
}
