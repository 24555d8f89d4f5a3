import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_MS = 100;
const LONGEST_MS = 5_000;

/**
 * Repeats a step until it says that it is done, more and more slowly, with some chance in it.
 * `stopped`: the signal came first.
 */
export async function untilDone<T>(
  step: () => Promise<T | 'again'>,
  signal: AbortSignal,
): Promise<T | 'stopped'> {
  for (let wait = FIRST_MS; !signal.aborted; wait = Math.min(LONGEST_MS, wait * 2)) {
    const result = await step();
    if (result !== 'again') return result;
    await sleep(wait * (0.5 + Math.random() / 2), undefined, { signal, ref: false }).catch(() => undefined);
  }
  return 'stopped';
}
