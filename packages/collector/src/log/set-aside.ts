import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const MAX_FILES = 64;
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_FILE_BYTES = 16 * 1024 * 1024;

/**
 * Keeps bytes of the log that could not be used, for people to look at, in the folder `set-aside` beside the segments.
 * Bounded: a long stretch is cut, and the oldest go first. Returns the file.
 */
export async function setAside(directory: string, name: string, bytes: Buffer): Promise<string> {
  const folder = join(directory, 'set-aside');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${Date.now()}-${name}`);
  await writeFile(path, bytes.subarray(0, MAX_FILE_BYTES), { flush: true, mode: 0o600 });
  await trim(folder);
  return path;
}

async function trim(folder: string): Promise<void> {
  const names = (await readdir(folder)).sort();
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  let bytes = sizes.reduce((sum, size) => sum + size, 0);
  for (const [index, name] of names.entries()) {
    if (names.length - index <= MAX_FILES && bytes <= MAX_BYTES) break;
    await rm(join(folder, name), { force: true });
    bytes -= sizes[index] ?? 0;
  }
}
