import { setTimeout as delay } from 'node:timers/promises';

/** What did not happen in time. */
export class TookTooLong extends Error {
  override readonly name = 'TookTooLong';
}

export interface Patience {
  /** When to give up, in milliseconds since 1970. */
  readonly until: number;
  /** Why it takes, for the message. */
  readonly waitingFor: string;
}

const PAUSE_MS = 150;

/** Asks again and again until there is an answer. @throws TookTooLong after `until`. */
export async function waitUntil<T>(
  { until, waitingFor }: Patience,
  ask: () => Promise<T | undefined>,
): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > until) throw new TookTooLong(`gave up waiting for ${waitingFor}`);
    await delay(PAUSE_MS);
  }
}
