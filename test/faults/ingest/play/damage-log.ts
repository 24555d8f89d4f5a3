import { appendFile, open, readdir, readFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { Rng } from '../../../support/rng.ts';
import type { Damage } from '../plan/strikes.ts';
import type { FaultyCollectorSetup, Synced } from '../programs/setup.ts';

/** Shorter than any whole entry of a log, so that what is appended can only be half of one. */
const HALF_AN_ENTRY = 40;
const HEAD = 64;

/**
 * Does to the newest file of a dead collector's log what a crash or a power cut could have done: half a write at its end, or
 * bytes lost or scrambled that were never synced, so that nobody can have been told that they were.
 * @returns what was done; `none` where there was nothing to do it to
 */
export async function damageLog(setup: FaultyCollectorSetup, damage: Damage, rng: Rng): Promise<string> {
  const path = await newestFile(setup.directory);
  if (path === undefined || damage === 'none') return 'none';
  const { size } = await stat(path);
  if (damage === 'torn') {
    const bytes = (await readFile(path)).subarray(HEAD, HEAD + 1 + rng.below(HALF_AN_ENTRY));
    await appendFile(path, bytes);
    return bytes.length === 0 ? 'none' : 'torn';
  }
  const synced = await syncedBytes(setup.syncJournal, path);
  if (size <= synced) return 'none';
  if (damage === 'unsynced_lost') await truncate(path, synced + rng.below(size - synced));
  else await scramble(path, synced, size, rng);
  return damage;
}

async function newestFile(directory: string): Promise<string | undefined> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.log')).sort();
  const last = names.at(-1);
  return last === undefined ? undefined : join(directory, last);
}

/** Of a file that was never synced: nothing. */
async function syncedBytes(journal: string, path: string): Promise<number> {
  const lines = (await readFile(journal, 'utf8')).split('\n').filter((line) => line.endsWith('}'));
  const entries = lines.map((line) => JSON.parse(line) as Synced);
  return entries.findLast((entry) => entry.path === path)?.bytes ?? 0;
}

async function scramble(path: string, from: number, to: number, rng: Rng): Promise<void> {
  const file = await open(path, 'r+');
  const start = from + rng.below(to - from);
  const bytes = Buffer.from(Array.from({ length: Math.min(to - start, 4096) }, () => rng.below(256)));
  await file.write(bytes, 0, bytes.length, start);
  await file.close();
}
