import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Who writes a spool directory: enough to tell whether that process is still there. */
export interface Owner {
  readonly host: string;
  /** Changes with each boot, and with each container's process numbering. */
  readonly realm: string;
  readonly pid: number;
  /** When the process started, in the system's own ticks: process ids are used again. */
  readonly started: string;
}

const NAME = /^spool~([^~]+)~([^~]+)~(\d+)~([^~]+)~([0-9a-f-]{36})$/;
const FREE = /^free~([0-9a-f-]{36})$/;

export function thisProcess(): Owner {
  return {
    host: hostname().replaceAll(/[^A-Za-z0-9.-]/g, '_') || 'host',
    realm: `${read('/proc/sys/kernel/random/boot_id').slice(0, 8)}.${link('/proc/self/ns/pid')}`,
    pid: process.pid,
    started: startOf(process.pid) ?? '0',
  };
}

export function ownedName(owner: Owner, id: string): string {
  return `spool~${owner.host}~${owner.realm}~${owner.pid}~${owner.started}~${id}`;
}

export function freeName(id: string): string {
  return `free~${id}`;
}

export interface Orphan {
  readonly id: string;
  /** Nobody can be asked whether its process lives: only where its directory has not been touched for long, it is one. */
  readonly onlyIfOld: boolean;
}

/** A spool directory that nobody writes any more, or undefined. */
export function orphanOf(name: string, me: Owner): Orphan | undefined {
  const [, free] = FREE.exec(name) ?? [];
  if (free !== undefined) return { id: free, onlyIfOld: false };
  const [, host, realm, pid, started, id] = NAME.exec(name) ?? [];
  if (host === undefined || id === undefined) return undefined;
  // Of another host nobody can say here whether its process lives; its directory waits for a process of that host.
  if (host !== me.host) return undefined;
  // Containers and sandboxes with a numbering of their own may share a host's name, and this directory.
  if (realm !== me.realm) return { id, onlyIfOld: true };
  return isAlive(Number(pid), started ?? '') ? undefined : { id, onlyIfOld: false };
}

function isAlive(pid: number, started: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return (startOf(pid) ?? started) === started;
}

/** Field 22 of /proc/PID/stat, counted behind the command name, which may hold spaces; undefined where there is no /proc. */
function startOf(pid: number): string | undefined {
  const stat = read(`/proc/${pid}/stat`);
  return stat === '' ? undefined : stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path).replaceAll(/\D/g, '') || '0';
  } catch {
    return '0';
  }
}
