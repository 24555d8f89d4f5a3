import { setTimeout as sleep } from 'node:timers/promises';
import { callsOf } from '../check/money.ts';
import { type Repeat, readCalls, readRepeats } from '../check/stored-facts.ts';
import type { Account } from './account.ts';
import type { House } from './house.ts';

/** A merge hides what was inserted twice, so often at first; reading everything again and again takes its time later. */
const EVERY_MS = { first: 1_000, later: 8_000 } as const;
const FIRST = 20;

/** Reads costs and rows while everything is in motion: what is wrong only until the next merge is wrong all the same. */
export class Peeker {
  private readonly seen = new Map<string, Repeat>();
  readonly overcounted = new Set<string>();
  peeks = 0;
  private readonly house: House;
  private readonly account: Account;

  constructor(house: House, account: Account) {
    this.house = house;
    this.account = account;
  }

  async run(stopping: AbortSignal): Promise<void> {
    while (!stopping.aborted) {
      await sleep(this.peeks < FIRST ? EVERY_MS.first : EVERY_MS.later, undefined, {
        signal: stopping,
      }).catch(() => undefined);
      // ClickHouse may just have been killed: then nothing is learnt this time.
      await this.peek().catch(() => undefined);
    }
  }

  /** Everything that was ever seen twice. */
  get repeats(): readonly Repeat[] {
    return [...this.seen.values()];
  }

  async peek(): Promise<void> {
    for (const repeat of await readRepeats(this.house.clickhouse))
      this.seen.set(`${repeat.table} ${repeat.id} ${repeat.received.join(' ')}`, repeat);
    const counted = await readCalls(this.house.clickhouse);
    for (const story of this.account.stories) {
      const found = counted.get(story.trace);
      const most = callsOf(story, () => true);
      if (found !== undefined && (found.calls > most.calls || found.cost > most.cost))
        this.overcounted.add(story.trace);
    }
    this.peeks += 1;
  }
}
