import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sourceDigest } from './source-digest.ts';

const CACHE = fileURLToPath(new URL('../../node_modules/.cache/tollgate-console/', import.meta.url));

/**
 * The folder with the pages built from exactly these sources: from the cache where it is there, else built now. Safe
 * where several processes ask at once: each builds beside, and the first to finish gives the folder its name.
 */
export async function cachedBuild(cache: string = CACHE): Promise<string> {
  const folder = join(cache, await sourceDigest());
  if (await exists(folder)) return folder;
  await mkdir(cache, { recursive: true });
  const beside = await mkdtemp(join(cache, 'building-'));
  try {
    const { buildAssets } = await import('./build-assets.ts');
    await buildAssets(beside);
    await rename(beside, folder).catch(async (error: unknown) => {
      if (!(await exists(folder))) throw error;
    });
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
  return folder;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
