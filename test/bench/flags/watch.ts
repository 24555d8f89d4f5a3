import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

const PAGE = z.object({
  items: z.array(z.object({ run_id: z.string().nullable(), control: z.string() })),
  next_cursor: z.string().nullable(),
});
const POLL_MS = 50;
/** The control that planted violations break. */
const PLANTED = 'tool_listed';
/** That an action was chosen for review is no violation. */
const CHOSEN = 'unreviewed_sample';

/** Asks for the newest flags, again and again, and remembers when each run's was first there. */
export class FlagWatch {
  /** By run, in milliseconds as `performance.now` has them. */
  readonly seen = new Map<string, number>();
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  #stopping = false;
  readonly #done: Promise<void>;

  constructor(url: string, token: string) {
    this.#url = `${url}/v1/flags?limit=200`;
    this.#headers = { authorization: `Bearer ${token}` };
    this.#done = this.#watch();
  }

  /** How many flags there are now that nobody planted. */
  async others(): Promise<number> {
    let found = 0;
    let cursor: string | null = '';
    do {
      const response: Response = await fetch(`${this.#url}${cursor === '' ? '' : `&cursor=${cursor}`}`, {
        headers: this.#headers,
      });
      const page: z.output<typeof PAGE> = PAGE.parse(await response.json());
      found += page.items.filter(({ control }) => control !== PLANTED && control !== CHOSEN).length;
      cursor = page.next_cursor;
    } while (cursor !== null);
    return found;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#done;
  }

  async #watch(): Promise<void> {
    while (!this.#stopping) {
      const response = await fetch(`${this.#url}&control=${PLANTED}`, { headers: this.#headers });
      if (response.status === 429) await sleep(1000);
      if (!response.ok) continue;
      const { items } = PAGE.parse(await response.json());
      const now = performance.now();
      for (const { run_id } of items)
        if (run_id !== null && !this.seen.has(run_id)) this.seen.set(run_id, now);
      await sleep(POLL_MS);
    }
  }
}
