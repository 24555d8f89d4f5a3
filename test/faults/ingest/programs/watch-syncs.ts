import { appendFileSync, fstatSync, readlinkSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Synced } from './setup.ts';

/** The disk of a busy machine: what was written may wait so long until it is synced, and a kill finds it so. */
const SLOWEST_MS = 25;

/**
 * From now on, every sync of a file in this process is written down: how long the file was when the sync began. Only what
 * lies behind may be missing after a power cut. Linux only.
 */
export async function watchSyncs(journal: string): Promise<void> {
  const handle = await open(journal, 'a');
  const handles = Object.getPrototypeOf(handle) as Pick<FileHandle, 'datasync' | 'sync'>;
  await handle.close();
  for (const name of ['datasync', 'sync'] as const) {
    const original = handles[name];
    handles[name] = async function watched(this: FileHandle) {
      const bytes = fstatSync(this.fd).size;
      const path = readlinkSync(`/proc/self/fd/${this.fd}`);
      await sleep(Math.random() * SLOWEST_MS);
      await original.call(this);
      appendFileSync(journal, `${JSON.stringify({ path, bytes } satisfies Synced)}\n`);
    };
  }
}
