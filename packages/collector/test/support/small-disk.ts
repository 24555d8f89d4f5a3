import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of its own, which really is full when it is full. */
export interface SmallDisk {
  readonly directory: string;
  /** Takes all room that is left, as another program might. */
  fill(): Promise<void>;
  /** Gives it back. */
  empty(): Promise<void>;
  unmount(): void;
}

const PIECE = Buffer.alloc(64 * 1024, 1);
const mount = (...args: string[]) => execFileSync('mount', args, { stdio: 'pipe' });
const unmount = (folder: string) => void execFileSync('umount', ['--lazy', folder], { stdio: 'pipe' });

/** @returns undefined where nobody may mount anything: Linux and root are needed */
export function mountSmallDisk(bytes: number): SmallDisk | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-disk-'));
  try {
    mount('-t', 'tmpfs', '-o', `size=${bytes}`, 'tollgate-test', directory);
  } catch {
    rmSync(directory, { recursive: true });
    return undefined;
  }
  const other = join(directory, 'other-program');
  return {
    directory,
    fill: async () => {
      const file = await open(other, 'a');
      try {
        for (let size = PIECE.length; size >= 1; size = Math.floor(size / 2))
          while (await fits(file.write(PIECE, 0, size)));
      } finally {
        await file.close();
      }
    },
    empty: () => rm(other, { force: true }),
    unmount: () => {
      unmount(directory);
      rmSync(directory, { recursive: true });
    },
  };
}

/**
 * From now on nothing can be made or opened for writing in a folder, as on a disk that went read-only; what is open stays so.
 * @returns undoes it
 */
export function makeReadOnly(folder: string): () => void {
  mount('--bind', folder, folder);
  mount('-o', 'remount,bind,ro', folder);
  return () => unmount(folder);
}

const fits = (written: Promise<{ bytesWritten: number }>): Promise<boolean> =>
  written.then(
    ({ bytesWritten }) => bytesWritten > 0,
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOSPC') throw error;
      return false;
    },
  );
