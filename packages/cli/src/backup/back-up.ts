import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { attachToEngine, backupStore, backupsFolder } from '@tollgate/clickhouse';
import { copyLog } from '@tollgate/collector';
import { backupControlState } from '@tollgate/query-service';
import { z } from 'zod';
import { UserError } from '../output/user-error.ts';
import { controlFolder, KEPT_FILES, logFolder, storeFolder } from './layout.ts';
import { writeManifest } from './manifest.ts';

const { version } = z
  .object({ version: z.string() })
  .parse(createRequire(import.meta.url)('../../package.json'));

export interface BackupOptions {
  /** The data directory of `tollgate up`, which may go on. */
  readonly data: string;
  /** A folder that is empty or not there yet. */
  readonly into: string;
  readonly onStep?: (line: string) => void;
}

/**
 * Copies the embedded stores while they are used. The order makes it one state: first the collector's log, so that a span that
 * was acknowledged is in the log's copy or in the store's; then the control state, while no evidence leaves its outbox; then
 * the store. So no grant refers to a record that is missing, and no chain forks when the copy goes on.
 * @returns the SHA-256 of its manifest
 * @throws UserError, and leaves what it had copied without a manifest
 */
export async function backUp({ data, into, onStep = () => undefined }: BackupOptions): Promise<string> {
  if (!existsSync(join(controlFolder(data), 'control.db')) || !existsSync(storeFolder(data)))
    throw new UserError(`${data} is no data directory of \`tollgate up\`. Name it with --data.`);
  if ((await readdir(into).catch(() => [])).length > 0)
    throw new UserError(`${into} is not empty. A backup wants a folder of its own.`);
  for (const folder of [into, controlFolder(into), storeFolder(into)])
    await mkdir(folder, { recursive: true, mode: 0o700 });
  onStep('Copying the log of the collector');
  await copyLog(logFolder(data), logFolder(into));
  await copyKept(data, into);
  const made_at = new Date().toISOString();
  onStep('Copying control state and evidence');
  const engine = await attachToEngine(storeFolder(data));
  const written = join(backupsFolder(storeFolder(data)), randomUUID());
  try {
    await backupControlState(controlFolder(data), join(controlFolder(into), 'control.db'), async () => {
      // There is one at a time, so what lies there was left by one that was killed: content, which erasure does not reach.
      await clear(backupsFolder(storeFolder(data)));
      await backupStore(engine.owner, written);
      await move(written, join(storeFolder(into), 'backup'));
    });
  } finally {
    await engine.close();
    await rm(written, { recursive: true, force: true });
  }
  onStep('Writing digests');
  return writeManifest(into, { version, made_at });
}

async function clear(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) await rm(join(folder, name), { recursive: true });
}

async function copyKept(data: string, into: string): Promise<void> {
  for (const name of KEPT_FILES) {
    if (!existsSync(join(data, name))) continue;
    await mkdir(dirname(join(into, name)), { recursive: true, mode: 0o700 });
    await copyFile(join(data, name), join(into, name));
  }
}

/** Renamed where that can be done, copied to another disk. */
async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EXDEV')) throw error;
    await cp(from, to, { recursive: true });
  }
}
