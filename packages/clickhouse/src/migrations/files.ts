import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

export type MigrationFile = { readonly name: string; readonly text: string; readonly checksum: string };

/** Lies beside `src` and beside `dist`, and is published with the package. */
const DIRECTORY = new URL('../../migrations/', import.meta.url);

/** All migration files in order. @throws Error where two share a number or one is missing */
export function migrationFiles(directory: URL = DIRECTORY): readonly MigrationFile[] {
  const names = readdirSync(directory)
    .filter((name) => name.endsWith('.sql'))
    .sort();
  return names.map((name, index) => {
    if (!name.startsWith(`${String(index + 1).padStart(4, '0')}_`))
      throw new Error(`migrations are numbered without gaps: ${name} cannot be number ${index + 1}`);
    const text = readFileSync(new URL(name, directory), 'utf8');
    return { name, text, checksum: createHash('sha256').update(text).digest('hex') };
  });
}
