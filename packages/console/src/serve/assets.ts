import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface ConsoleAsset {
  readonly body: Buffer;
  /** Content type, with charset. */
  readonly type: string;
  /** Strong entity tag, with its quotes. */
  readonly etag: string;
}

/** By URL path, e.g. `/index.html`, `/assets/index-Bx1.js`. */
export type ConsoleAssets = ReadonlyMap<string, ConsoleAsset>;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
};

let loading: Promise<ConsoleAssets> | undefined;

/**
 * The console's files, read once a process. From a source checkout the first call builds them (one to two seconds, then
 * cached by a digest of the sources); a published package brings them in `dist/assets`. After a failure the next call tries anew.
 */
export async function consoleAssets(): Promise<ConsoleAssets> {
  loading ??= locate()
    .then(readAssets)
    .catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
  return loading;
}

async function locate(): Promise<string> {
  if (!import.meta.url.endsWith('.ts')) return fileURLToPath(new URL('../assets/', import.meta.url));
  const { cachedBuild } = await import('../build/cached-build.ts');
  return cachedBuild();
}

/** Reads a folder of built files. A file of a type that is not served is left out. */
export async function readAssets(folder: string): Promise<ConsoleAssets> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const assets = new Map<string, ConsoleAsset>();
  for (const entry of entries) {
    const type = TYPES[extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    const file = join(entry.parentPath, entry.name);
    const body = await readFile(file);
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
    assets.set(`/${relative(folder, file).split(sep).join('/')}`, { body, type, etag });
  }
  if (!assets.has('/index.html')) throw new Error(`The console's pages are not in ${folder}.`);
  return assets;
}
