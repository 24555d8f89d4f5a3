import { join } from 'node:path';
import { DATABASE, ROLES, type Role } from '@tollgate/clickhouse';
import { replaceFile } from '../output/replace-file.ts';

/**
 * Puts the passwords of the environment where the store looks for them, instead of ones that it would make itself: the
 * Collector and Grafana sign in with the same. The store sets them anew at each start, so changing one is a restart.
 */
export async function writeCredentials(
  directory: string,
  passwords: Readonly<Record<Role, string>>,
): Promise<void> {
  const entries = ROLES.map((role) => [role, { user: `${DATABASE}_${role}`, password: passwords[role] }]);
  await replaceFile(join(directory, 'credentials.json'), JSON.stringify(Object.fromEntries(entries)), 0o600);
}
