import { readFile } from 'node:fs/promises';

/** The unit of times in `/proc/PID/stat`, which Linux fixes at a hundredth of a second for programs to read. */
const TICKS_PER_SECOND = 100;
const MIB = 1024;

/** Seconds of CPU that a process has used so far, all its threads, in user and kernel mode. Linux only. */
export async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name, in parentheses, may hold anything; what follows it is numbers.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Resident memory of a process in MiB: now, and the most it ever was. */
export async function memoryMib(pid: number): Promise<{ readonly now: number; readonly peak: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]);
  return { now: kib('VmRSS') / MIB, peak: kib('VmHWM') / MIB };
}
