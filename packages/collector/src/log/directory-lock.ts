import { readFileSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { LogError } from './log-error.ts';

const holderSchema = z.object({ pid: z.int().positive(), started: z.string() });

/** Paths that this process holds, since to itself it always looks alive and its own. */
const held = new Set<string>();

/**
 * Takes a log directory for this process: two writers of one log would store everything twice and free each other's
 * segments. The lock of a process that is gone is taken over; pid and start time name a process, as pids are used again.
 * Throws a LogError `log_locked` that names the holder. Returns how to give it back.
 */
export function lockDirectory(directory: string): () => void {
  const path = join(directory, 'lock');
  for (let attempt = 0; attempt < 3; attempt++) {
    if (held.has(path)) break;
    if (create(path)) {
      held.add(path);
      return () => {
        if (held.delete(path)) rmSync(path, { force: true });
      };
    }
    const holder = read(path);
    if (holder && holder.pid !== process.pid && isAlive(holder)) throw locked(directory, holder.pid);
    takeAway(path);
  }
  throw locked(directory, process.pid);
}

function locked(directory: string, pid: number): LogError {
  const what = `${directory} is in use: process ${pid} keeps its log there.`;
  return new LogError('log_locked', `${what} Stop it, or give this collector a directory of its own.`);
}

/** A link that leads nowhere: its text is there at once and whole, and where a disk is full there is room for it still. */
function create(path: string): boolean {
  try {
    symlinkSync(JSON.stringify({ pid: process.pid, started: startOf(process.pid) }), path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function read(path: string): z.infer<typeof holderSchema> | undefined {
  try {
    return holderSchema.safeParse(JSON.parse(textOf(path))).data;
  } catch {
    return undefined; // Gone meanwhile, or torn by a crash: nobody holds it.
  }
}

/** Collectors up to 0.1 wrote a file. */
function textOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return readFileSync(path, 'utf8');
  }
}

/** A rename is won by one process only; removing could hit a lock that another has just made. */
function takeAway(path: string): void {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
    rmSync(aside, { force: true });
  } catch {
    // Another process was faster; the next attempt sees its lock.
  }
}

function isAlive({ pid, started }: z.infer<typeof holderSchema>): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
  }
  return started === '' || started === startOf(pid);
}

/** Clock ticks since boot at which a process started; empty where the system does not tell. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
