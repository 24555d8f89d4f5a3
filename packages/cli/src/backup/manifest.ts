import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';

/** Written last: a folder without it is no backup. */
export const MANIFEST = 'backup.json';

const manifest = z.strictObject({
  schema: z.literal('tollgate.backup/1'),
  version: z.string(),
  made_at: z.iso.datetime(),
  files: z.array(
    z.strictObject({ path: z.string(), bytes: z.int(), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  ),
});
export type BackupManifest = z.output<typeof manifest>;

/** Says of every file of the folder what it is. Gives the digest of what it wrote. */
export async function writeManifest(
  folder: string,
  about: Pick<BackupManifest, 'version' | 'made_at'>,
): Promise<string> {
  const files: BackupManifest['files'] = [];
  for (const path of await filesOf(folder)) files.push({ path, ...(await factsOf(join(folder, path))) });
  const text = `${JSON.stringify({ schema: 'tollgate.backup/1', ...about, files }, null, 1)}\n`;
  await writeFile(join(folder, MANIFEST), text, { mode: 0o600, flush: true });
  return sha256(text);
}

/**
 * What is wrong with a backup: each file that is missing, changed or not its own. Nothing where it is whole.
 * @param expected the digest that its making printed; who can change files can also make the manifest anew
 */
export async function checkBackup(folder: string, expected?: string): Promise<readonly string[]> {
  const text = await readFile(join(folder, MANIFEST), 'utf8').catch(() => undefined);
  if (text === undefined) return [`${MANIFEST} is missing: this is no backup, or one that was not finished`];
  if (expected !== undefined && sha256(text) !== expected)
    return [`${MANIFEST} is not the one of that digest`];
  const parsed = manifest.safeParse(parseJson(text));
  if (!parsed.success) return [`${MANIFEST} is not one of this version of Tollgate`];
  const said = new Map(parsed.data.files.map(({ path, ...facts }) => [path, facts]));
  const there = new Set((await filesOf(folder)).filter((path) => path !== MANIFEST));
  const problems = [...there].filter((path) => !said.has(path)).map((path) => `${path} was added`);
  for (const [path, facts] of said) {
    if (!there.has(path)) problems.push(`${path} is missing`);
    else if ((await factsOf(join(folder, path))).sha256 !== facts.sha256)
      problems.push(`${path} has changed`);
  }
  return problems;
}

/** Paths of regular files with slashes, in order. A link is no part of a backup, and counts as a file that was added. */
async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

async function factsOf(path: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return { bytes: (await stat(path)).size, sha256: hash.digest('hex') };
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
