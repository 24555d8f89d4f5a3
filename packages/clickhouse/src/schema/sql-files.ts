import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** One SQL file as it lies in the package. */
export type SqlFile = { readonly name: string; readonly text: string; readonly checksum: string };

// The same place seen from src/schema and from dist/schema.
const MIGRATIONS = fileURLToPath(new URL('../../migrations/', import.meta.url));

/** `migrations/NNNN_name.sql`, in order: applied once each, never changed afterwards. */
export const readMigrations = (): readonly SqlFile[] => readSqlFiles(MIGRATIONS);

/** `migrations/views/NN_name.sql`, in order: applied whenever what they render to has changed. */
export const readViews = (): readonly SqlFile[] => readSqlFiles(`${MIGRATIONS}views/`);

/** SHA-256 in hex. */
export const checksumOf = (text: string): string => createHash('sha256').update(text).digest('hex');

function readSqlFiles(directory: string): readonly SqlFile[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => {
      const text = readFileSync(`${directory}${name}`, 'utf8');
      return { name: name.slice(0, -'.sql'.length), text, checksum: checksumOf(text) };
    });
}
