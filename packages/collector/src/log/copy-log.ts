import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Copies the segments of a log, also of one that is written meanwhile: what was acknowledged before is in the copy, or in
 * the tables already. The oldest come first, as they are removed in that order: where one has gone, everything before it
 * was stored. An end that is torn is cut off when the copy is opened, as after a crash.
 * @returns how many segments the copy has
 */
export async function copyLog(directory: string, into: string): Promise<number> {
  await mkdir(into, { recursive: true, mode: 0o700 });
  const names = (await readdir(directory).catch(ifMissing))
    .filter((name) => /^\d{10}\.log$/.test(name))
    .sort();
  let copied: string[] = [];
  for (const name of names) {
    if (await copyIfThere(join(directory, name), join(into, name))) copied.push(name);
    else copied = await dropAll(into, copied);
  }
  return copied.length;
}

async function copyIfThere(from: string, to: string): Promise<boolean> {
  try {
    await copyFile(from, to);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

async function dropAll(directory: string, names: readonly string[]): Promise<[]> {
  for (const name of names) await rm(join(directory, name));
  return [];
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

/** A collector that has not run yet has no log. */
function ifMissing(error: unknown): string[] {
  if (isMissing(error)) return [];
  throw error;
}
