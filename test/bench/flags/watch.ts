import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

const PAGE = z.object({ items: z.array(z.object({ run_id: z.string().nullable(), control: z.string() })) });
const POLL_MS = 50;
/** The control that planted violations break. */
const PLANTED = 'tool_listed';
/** That an action was chosen for review is no violation. */
const CHOSEN = 'unreviewed_sample';

/** Asks for the newest flags, again and again, and remembers when each run's was first there. */
export class FlagWatch {
  /** By run, in milliseconds as `performance.now` has them. */
  readonly seen = new Map<string, number>();
  readonly #others = new Set<string>();
  #stopping = false;
  readonly #done: Promise<void>;

  constructor(url: string, token: string) {
    this.#done = this.#watch(`${url}/v1/flags?limit=200`, {
      authorization: `Bearer ${token}`,
    });
  }

  /** Flags that nobody planted. */
  get others(): number {
    return this.#others.size;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#done;
  }

  async #watch(url: string, headers: Record<string, string>): Promise<void> {
    while (!this.#stopping) {
      const response = await fetch(url, { headers });
      if (response.status === 429) await sleep(1000);
      if (!response.ok) continue;
      const { items } = PAGE.parse(await response.json());
      const now = performance.now();
      for (const { run_id, control } of items) {
        if (run_id === null || control === CHOSEN) continue;
        if (control !== PLANTED) this.#others.add(`${control} ${run_id}`);
        else if (!this.seen.has(run_id)) this.seen.set(run_id, now);
      }
      await sleep(POLL_MS);
    }
  }
}
