import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { lockDirectory } from './directory-lock.ts';
import { setAside } from './set-aside.ts';

/** One segment on disk. Every method rejects where the disk does; after that, nothing is known of what it holds. */
export interface LogFile {
  /** Writes all of it, or rejects. */
  write(parts: readonly Buffer[], position: number): Promise<void>;
  datasync(): Promise<void>;
  /** How many bytes were read: fewer than asked for only at the end of the file. */
  read(into: Buffer, position: number): Promise<number>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

/** All that the log asks of a file system; a test puts faults in between. */
export interface LogFiles {
  /** Keeps other processes out. Throws a LogError `log_locked`. Returns how to let them in again. */
  lock(directory: string): () => void;
  /** Keeps bytes that the log could not use. Returns where. */
  setAside(directory: string, name: string, bytes: Buffer): Promise<string>;
  makeDirectory(path: string): Promise<void>;
  list(directory: string): Promise<string[]>;
  size(path: string): Promise<number>;
  /** A new file, its directory entry synced: a synced file that no directory names is lost at power loss. */
  create(path: string): Promise<LogFile>;
  open(path: string): Promise<LogFile>;
  rename(from: string, to: string): Promise<void>;
  /** Removes it, and syncs the directory, so that files vanish in the order in which they were removed. */
  remove(path: string): Promise<void>;
}

export const diskFiles: LogFiles = {
  lock: lockDirectory,
  setAside,
  makeDirectory: async (path) => {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await syncDirectory(dirname(path));
  },
  list: (directory) => readdir(directory),
  size: async (path) => (await stat(path)).size,
  create: async (path) => {
    const handle = await open(path, 'wx+', 0o600);
    await syncDirectory(dirname(path));
    return file(handle);
  },
  open: async (path) => file(await open(path, 'r+')),
  rename: async (from, to) => {
    await rename(from, to);
    await syncDirectory(dirname(to));
  },
  remove: async (path) => {
    await rm(path, { force: true });
    await syncDirectory(dirname(path));
  },
};

function file(handle: FileHandle): LogFile {
  return {
    write: (parts, position) => writeAll(handle, parts, position),
    datasync: () => handle.datasync(),
    read: (into, position) => readAll(handle, into, position),
    truncate: (length) => handle.truncate(length),
    close: () => handle.close(),
  };
}

async function writeAll(handle: FileHandle, parts: readonly Buffer[], position: number): Promise<void> {
  const total = parts.reduce((sum, { length }) => sum + length, 0);
  const { bytesWritten } = await handle.writev(parts, position);
  if (bytesWritten === total) return;
  // A disk that fills takes a part first; the next write says why.
  if (bytesWritten === 0) throw new Error('the file takes no more bytes');
  await writeAll(handle, [Buffer.concat(parts).subarray(bytesWritten)], position + bytesWritten);
}

async function readAll(handle: FileHandle, into: Buffer, position: number): Promise<number> {
  let done = 0;
  while (done < into.length) {
    const { bytesRead } = await handle.read(into, done, into.length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  await handle.sync().finally(() => handle.close());
}
