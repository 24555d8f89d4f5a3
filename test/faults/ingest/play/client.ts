import { setTimeout as sleep } from 'node:timers/promises';
import { type Rng, rngOf } from '../../../support/rng.ts';
import { type Body, bodyOf, rejectedOf } from '../corpus/body.ts';
import { changed, makeStory } from '../corpus/make-story.ts';
import type { Sender, SpanFact } from '../corpus/story.ts';
import { type Habit, habitOf } from '../plan/habits.ts';
import { COLLECTORS, type CollectorName } from '../plan/strikes.ts';
import type { Account } from './account.ts';
import type { House } from './house.ts';
import { isThereNow } from './look-at-once.ts';
import { type Cut, postBody } from './post-body.ts';

/** How long a client waits at most before it sends something again that was acknowledged. */
const MUCH_LATER_MS = 15_000;
/** Bodies whose spans may come again in others. */
const REMEMBERED = 20;

export interface ClientOptions {
  readonly house: House;
  readonly account: Account;
  readonly seed: number;
  readonly now: bigint;
  /** Ends when nothing new is to be sent. */
  readonly stopping: AbortSignal;
  /** Ends when nobody is waited for any longer. */
  readonly deadline: AbortSignal;
}

/** Sends what the seed says, and again what was not acknowledged, in one way or another. */
export class Clients {
  private readonly options: ClientOptions;
  private readonly recent: Record<Sender, Body[]> = { any: [], bound: [] };
  private readonly later = new Set<Promise<void>>();
  private number = 0;

  constructor(options: ClientOptions) {
    this.options = options;
  }

  /** So many at a time, until it is time to stop; then until everything is acknowledged that ever has to be. */
  async run(lanes: number): Promise<void> {
    await Promise.all(Array.from({ length: lanes }, () => this.lane()));
    while (this.later.size > 0) await Promise.all(this.later);
  }

  private async lane(): Promise<void> {
    const { seed, now, stopping, account } = this.options;
    while (!stopping.aborted) {
      this.number += 1;
      const rng = rngOf(Math.imul(seed, 0x9e3779b1) ^ Math.imul(this.number, 0x85ebca6b));
      const sender = rng.chance(0.3) ? 'bound' : 'any';
      const first = this.number * 8;
      const stories = Array.from({ length: 1 + rng.below(6) }, (_, index) =>
        makeStory({ seed, number: first + index, now }, rng, sender),
      );
      const habit = habitOf(rng);
      account.tell(stories, habit);
      const body = bodyOf(
        sender,
        stories.flatMap(({ spans }) => spans),
        rng.chance(0.5),
      );
      await this.play(habit, body, rng);
      this.recent[sender] = [body, ...this.recent[sender]].slice(0, REMEMBERED);
    }
  }

  private async play(habit: Habit, body: Body, rng: Rng): Promise<void> {
    const one = rng.pick(COLLECTORS);
    const other = one === 'a' ? 'b' : 'a';
    if (habit === 'cut_off' || habit === 'given_up') {
      await this.attempt(body, one, cutOf(rng));
      if (habit === 'cut_off') await this.otherwise(body, [one, other], rng);
      return;
    }
    if (habit === 'at_once')
      await Promise.all(Array.from({ length: 2 + rng.below(3) }, () => this.deliver(body, one, rng)));
    else if (habit === 'both')
      await Promise.all([this.deliver(body, one, rng), this.deliver(body, other, rng)]);
    else await this.deliver(body, one, rng);
    if (habit === 'again') this.muchLater(rng, () => this.deliver(body, one, rng));
    if (habit === 'rebatched') this.muchLater(rng, () => this.otherwise(body, [one, other], rng));
    if (habit === 'changed') this.muchLater(rng, () => this.change(body, rng.pick([one, other]), rng));
  }

  /** The same spans, but as they are, or in other company. */
  private async otherwise(body: Body, to: readonly [CollectorName, CollectorName], rng: Rng): Promise<void> {
    if (rng.chance(0.3)) return this.deliver(body, rng.pick(to), rng);
    const company = this.recent[body.sender][rng.below(REMEMBERED)];
    const facts = shuffled([...body.facts, ...(company?.facts ?? [])], rng);
    const middle = rng.below(facts.length);
    for (const part of [facts.slice(0, middle), facts.slice(middle)])
      if (part.length > 0) await this.deliver(bodyOf(body.sender, part, rng.chance(0.5)), rng.pick(to), rng);
  }

  private async change(body: Body, to: CollectorName, rng: Rng): Promise<void> {
    const [plain] = body.facts.filter(({ spec }) => spec.name === 'GET /tickets');
    if (plain !== undefined) await this.deliver(bodyOf(body.sender, [changed(plain)], false), to, rng);
  }

  private muchLater(rng: Rng, work: () => Promise<void>): void {
    const { stopping } = this.options;
    const ms = rng.chance(0.5) ? rng.below(300) : rng.below(MUCH_LATER_MS);
    const done = sleep(ms, undefined, { signal: stopping })
      .catch(() => undefined)
      .then(work)
      .finally(() => this.later.delete(done));
    this.later.add(done);
  }

  /** Until it is acknowledged. */
  private async deliver(body: Body, to: CollectorName, rng: Rng): Promise<void> {
    const { deadline } = this.options;
    while (!deadline.aborted && !(await this.attempt(body, to)))
      await sleep(20 + rng.below(400), undefined, { signal: deadline }).catch(() => undefined);
  }

  /** @returns whether it was acknowledged */
  private async attempt(body: Body, to: CollectorName, cut?: Cut): Promise<boolean> {
    const { account, house } = this.options;
    account.sending(body);
    const posted = await postBody(house.collectors[to].url, body, cut);
    account.answered(posted.kind === 'unheard' ? 'unheard' : String(posted.status));
    if (posted.kind === 'unheard') return false;
    const { status, rejected } = posted;
    if (status === 429 || status === 503) return false;
    if (status !== 200) account.wrong(to, `answered ${status}`);
    else if (rejected !== rejectedOf(body))
      account.wrong(to, `told of ${rejected} quarantined spans where there were ${rejectedOf(body)}`);
    if (status === 200) account.acknowledged(body);
    if (status === 200 && house.collectors[to].acknowledge === 'stored')
      account.looked(body, await isThereNow(house, body));
    return true;
  }
}

function cutOf(rng: Rng): Cut {
  return rng.chance(0.4) ? { kind: 'mid_body' } : { kind: 'unanswered', afterMs: rng.below(60) };
}

function shuffled(facts: readonly SpanFact[], rng: Rng): SpanFact[] {
  const keyed = [...new Set(facts)].map((fact) => ({ fact, at: rng.next() }));
  return keyed.sort((x, y) => x.at - y.at).map(({ fact }) => fact);
}
