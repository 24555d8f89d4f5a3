import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BROWSER_ROOT } from './vite-config.ts';

/** What a build is made from: the browser code, this folder, the contract's words and the versions of what is bundled. */
export async function sourceDigest(): Promise<string> {
  const here = dirname(fileURLToPath(import.meta.url));
  const contract = dirname(fileURLToPath(import.meta.resolve('@tollgate/contract')));
  const digest = createHash('sha256');
  for (const folder of [BROWSER_ROOT, here, contract]) {
    for (const file of await filesBelow(folder)) {
      digest
        .update(`${relative(folder, file)}\0`)
        .update(await readFile(file))
        .update('\0');
    }
  }
  for (const name of ['react', 'react-dom', 'react-router', '@tanstack/react-query', 'zod', 'vite']) {
    digest.update(import.meta.resolve(`${name}/package.json`));
  }
  return digest.digest('hex').slice(0, 24);
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
