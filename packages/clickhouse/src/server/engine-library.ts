import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { StoreError } from '../errors.ts';

const require = createRequire(import.meta.url);

/** What decides which build of the engine fits. `glibc` is the C library's version; musl has none. */
export type Platform = { readonly os: string; readonly arch: string; readonly glibc: string | undefined };

/** The machine this process runs on. */
export function currentPlatform(): Platform {
  return { os: process.platform, arch: process.arch, glibc: glibcVersion() };
}

function glibcVersion(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const header: unknown = Reflect.get(process.report.getReport(), 'header');
  const version: unknown =
    typeof header === 'object' && header !== null ? Reflect.get(header, 'glibcVersionRuntime') : undefined;
  return typeof version === 'string' ? version : undefined;
}

/**
 * Path of the engine's shared library for a platform.
 *
 * @throws StoreError `engine_unavailable`, saying what to do instead
 */
export function findEngineLibrary(platform: Platform = currentPlatform()): string {
  const name = packageFor(platform);
  if (name === undefined) throw unavailable(`there is no build of it for ${describe(platform)}`);
  try {
    const library = join(dirname(require.resolve(`${name}/package.json`)), 'libchdb.so');
    if (existsSync(library)) return library;
  } catch (cause) {
    throw unavailable(`the package ${name} is not installed`, cause);
  }
  throw unavailable(`the package ${name} is incomplete`);
}

function packageFor({ os, arch, glibc }: Platform): string | undefined {
  if (arch !== 'x64' && arch !== 'arm64') return undefined;
  if (os === 'darwin') return `@chdb/lib-darwin-${arch}`;
  if (os === 'linux' && glibc !== undefined) return `@chdb/lib-linux-${arch}-gnu`;
  return undefined;
}

function describe({ os, arch, glibc }: Platform): string {
  return os === 'linux' && glibc === undefined ? `linux ${arch} with musl` : `${os} ${arch}`;
}

function unavailable(why: string, cause?: unknown): StoreError {
  return new StoreError(
    'engine_unavailable',
    `The embedded ClickHouse cannot run here: ${why}. Start a ClickHouse server (for example the image ` +
      'clickhouse/clickhouse-server) and set CLICKHOUSE_URL to it, for example http://localhost:8123.',
    { cause },
  );
}
