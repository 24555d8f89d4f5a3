import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { StoreError } from '../errors.ts';

const holderSchema = z.object({ pid: z.int().positive(), started: z.string() });
type Holder = z.infer<typeof holderSchema>;

/** Held while this process owns a data directory. */
export type DirectoryLock = { release(): void };

/**
 * Takes the data directory for this process: two servers over one directory would destroy it.
 *
 * A lock left by a process that is gone is taken over; a process is known by its pid and start time, as pids are
 * used again.
 *
 * @throws StoreError `directory_locked`, naming the process that holds it
 */
export function lockDirectory(directory: string): DirectoryLock {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, 'server.lock');
  for (let attempt = 0; attempt < 3; attempt += 1) {
    if (tryCreate(path)) return { release: () => rmSync(path, { force: true }) };
    const holder = readHolder(path);
    if (holder !== undefined && isAlive(holder)) throw locked(directory, holder);
    setAside(path);
  }
  throw new StoreError('directory_locked', `${directory}: other processes keep taking the lock. Try again.`);
}

function tryCreate(path: string): boolean {
  const holder: Holder = { pid: process.pid, started: startTime(process.pid) };
  try {
    writeFileSync(path, JSON.stringify(holder), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function readHolder(path: string): Holder | undefined {
  try {
    return holderSchema.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data;
  } catch {
    return undefined; // Gone meanwhile, or torn by a crash: either way nobody holds it.
  }
}

/** A rename can be won by one process only; removing could hit a lock that another has just made. */
function setAside(path: string): void {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
    rmSync(aside, { force: true });
  } catch {
    // Another process was faster; the next attempt sees its lock.
  }
}

function isAlive(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
  }
  return holder.started === '' || holder.started === startTime(holder.pid);
}

/** Clock ticks since boot at which a process started; empty where the system does not tell. */
function startTime(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function locked(directory: string, { pid }: Holder): StoreError {
  return new StoreError(
    'directory_locked',
    `${directory} is in use: process ${pid} runs a server there. Stop it, or choose another data directory.`,
  );
}
