import { seconds } from '../state/time.ts';
import type { Arrival } from './touched-runs.ts';

/** Rows of an arrival are all visible this long after its receipt, unless an insert took longer than any does. */
const VISIBLE = seconds(100);
/** Nothing is read back so far. */
const FORGOTTEN = seconds(300);

interface Look extends Omit<Arrival, 'run_id'> {
  /** When it was taken (ns, of the store's clock). */
  readonly at: bigint;
}

/**
 * At which arrivals a course has looked. What arrived of a run is worth a look when it is first seen, which is when all of it is there
 * (summaries are written last), and again once whatever became visible late must be there; the many readings in between need
 * not ask what is stored of it. Losing this costs work, never a flag.
 */
export class Looks {
  readonly #looks = new Map<string, Look>();

  get size(): number {
    return this.#looks.size;
  }

  /** Whether it was never looked at. */
  isNew({ run_id, received }: Arrival): boolean {
    return this.#looks.get(run_id)?.received !== received;
  }

  isWorth({ run_id, received }: Arrival, now: bigint): boolean {
    const last = this.#looks.get(run_id);
    if (last === undefined || last.received !== received) return true;
    return last.at < received + VISIBLE && now >= received + VISIBLE;
  }

  /** Once what was seen is judged. */
  took(arrivals: readonly Arrival[], now: bigint): void {
    for (const { run_id, received } of arrivals) {
      // Those looked at last stand last, for `forget`.
      this.#looks.delete(run_id);
      this.#looks.set(run_id, { received, at: now });
    }
    this.#forget(now);
  }

  #forget(now: bigint): void {
    for (const [run_id, { at }] of this.#looks) {
      if (at + FORGOTTEN >= now) return;
      this.#looks.delete(run_id);
    }
  }
}
