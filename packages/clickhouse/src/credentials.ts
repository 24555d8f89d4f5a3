import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { StoreError } from './errors.ts';
import { ROLES, type Role, userOf } from './roles.ts';

/** How one role signs in. */
export type Credential = { readonly user: string; readonly password: string };

/** One sign-in for each role. */
export type Credentials = Readonly<Record<Role, Credential>>;

const credential = z.object({ user: z.string().min(1), password: z.string().min(16) });
const schema = z.object({
  owner: credential,
  landing: credential,
  service: credential,
  reader: credential,
  dashboard: credential,
});

/** New random passwords (192 bits each) for all roles. */
export function generateCredentials(): Credentials {
  const entries = ROLES.map((role) => [
    role,
    { user: userOf(role), password: randomBytes(24).toString('hex') },
  ]);
  return schema.parse(Object.fromEntries(entries));
}

/**
 * The credentials kept in `directory/credentials.json`, made on first use.
 *
 * The file is readable by its owner alone, also when someone has loosened it meanwhile.
 *
 * @throws StoreError `configuration_invalid` when the file is there but not what was written
 */
export function loadCredentials(directory: string): Credentials {
  const path = join(directory, 'credentials.json');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const text = readIfPresent(path);
  if (text === undefined) return create(path);
  chmodSync(path, 0o600);
  return parse(path, text);
}

function create(path: string): Credentials {
  const credentials = generateCredentials();
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, path);
  return credentials;
}

function parse(path: string, text: string): Credentials {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new StoreError(
      'configuration_invalid',
      `${path} does not hold this store's credentials. Restore it, or remove it to have new ones made.`,
      { cause },
    );
  }
}

function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
