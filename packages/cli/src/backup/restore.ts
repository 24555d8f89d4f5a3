import { constants, existsSync } from 'node:fs';
import { cp, mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { attachToEngine, backupsFolder, restoreStore } from '@tollgate/clickhouse';
import { UserError } from '../output/user-error.ts';
import { controlFolder, KEPT_FILES, logFolder, storeFolder } from './layout.ts';
import { checkBackup } from './manifest.ts';

export interface RestoreOptions {
  readonly from: string;
  /** A data directory that is empty or not there yet. */
  readonly data: string;
  /** Of the manifest, as its making printed it. */
  readonly digest?: string | undefined;
  readonly onStep?: (line: string) => void;
}

/**
 * Makes a data directory from a backup, which `tollgate up` then starts from. It gets its name when it is whole.
 * @throws UserError for a backup that is not whole, byte by byte, and for a directory that is in use; nothing is changed then
 */
export async function restore({
  from,
  data,
  digest,
  onStep = () => undefined,
}: RestoreOptions): Promise<void> {
  if ((await readdir(data).catch(() => [])).length > 0)
    throw new UserError(`${data} is not empty. A backup is restored into a directory of its own.`);
  onStep('Checking digests');
  const problems = await checkBackup(from, digest);
  if (problems.length > 0)
    throw new UserError(
      [`${from} is not what was backed up:`, ...problems.slice(0, 20).map((one) => `  ${one}`)].join('\n'),
    );
  const partial = `${resolve(data)}.restoring`;
  await mkdir(dirname(partial), { recursive: true });
  if (existsSync(partial))
    throw new UserError(`${partial} is there: another restore, or one that broke off.`);
  await mkdir(partial, { mode: 0o700 });
  try {
    await build(from, partial, onStep);
    await rmdir(data).catch(() => undefined);
    await rename(partial, data);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

async function build(from: string, data: string, onStep: (line: string) => void): Promise<void> {
  await copy(controlFolder(from), controlFolder(data));
  await copy(logFolder(from), logFolder(data));
  for (const name of KEPT_FILES)
    if (existsSync(join(from, name))) await copy(join(from, name), join(data, name));
  onStep('Restoring the evidence');
  const engine = await attachToEngine(storeFolder(data));
  const copied = join(backupsFolder(storeFolder(data)), 'restore');
  try {
    await copy(join(storeFolder(from), 'backup'), copied);
    await restoreStore(engine.owner, copied);
  } finally {
    await engine.close();
    await rm(copied, { recursive: true, force: true });
  }
}

/** Without copying bytes where the file system can share them. */
async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  await cp(from, to, { recursive: true, mode: constants.COPYFILE_FICLONE });
}
