import { setTimeout as sleep } from 'node:timers/promises';
import { checkSession } from './check/check-session.ts';
import type { SessionFacts, Violation } from './check/rules.ts';
import { readStored } from './check/stored-facts.ts';
import { COLLECTORS, makeStrikes, type Strike } from './plan/strikes.ts';
import { Account } from './play/account.ts';
import { Clients } from './play/client.ts';
import { type House, openHouse, type Sabotaged } from './play/house.ts';
import { Peeker } from './play/peeker.ts';
import { closeConnections } from './play/post-body.ts';
import { type Scrape, Scraper } from './play/scraper.ts';
import { Striker } from './play/striker.ts';

export interface SessionOptions {
  readonly seed: number;
  /** How long new spans are sent and processes are struck at. What follows takes as long as it takes. */
  readonly seconds: number;
  readonly sabotage?: Sabotaged;
  readonly strikes?: readonly Strike[];
  readonly lanes?: number;
  readonly progress?: (line: string) => void;
}

export interface SessionResult {
  readonly facts: SessionFacts;
  readonly account: Account;
  readonly violations: readonly Violation[];
  readonly strikes: Readonly<Record<string, number>>;
  readonly strikeLog: readonly string[];
  readonly scrapes: number;
  readonly peeks: number;
  /** The last scrape of each collector, when everything was over. */
  readonly balances: readonly Scrape[];
  readonly seconds: number;
}

/** How long clients may need until everything is acknowledged, and collectors until their logs are empty. */
const PATIENCE_MS = 180_000;
const LANES = 16;

/** One session: load, strikes, recovery, and what the accountant says to what is stored. */
export async function playSession(options: SessionOptions): Promise<SessionResult> {
  const startedAt = performance.now();
  const house = await openHouse(options.sabotage ?? {});
  try {
    return await play(house, options, startedAt);
  } finally {
    closeConnections();
    await house.close();
  }
}

async function play(house: House, options: SessionOptions, startedAt: number): Promise<SessionResult> {
  const { seed, seconds, lanes = LANES, strikes = makeStrikes(seed), progress = () => {} } = options;
  const account = new Account();
  const scrapers = COLLECTORS.map((name) => new Scraper(house.collectors[name]));
  const peeker = new Peeker(house, account);
  const striker = new Striker(house, account, seed);
  const stopping = AbortSignal.timeout(seconds * 1000);
  const deadline = AbortSignal.timeout(seconds * 1000 + PATIENCE_MS);
  const now = BigInt(Date.now()) * 1_000_000n;
  const clients = new Clients({ house, account, seed, now, stopping, deadline });
  const scraping = scrapers.map((scraper) => scraper.run());
  const peeking = peeker.run(stopping);
  await Promise.all([clients.run(lanes), striker.run(strikes, stopping)]);
  progress(`everything is acknowledged, ${account.spans.size} spans; waiting for empty logs`);
  const balances = await Promise.all(scrapers.map((scraper) => drained(scraper)));
  for (const scraper of scrapers) scraper.stop();
  await Promise.all([...scraping, peeking]);
  await patiently(() => peeker.peek());
  const facts: SessionFacts = {
    account,
    stored: await patiently(() => readStored(house.clickhouse)),
    repeats: peeker.repeats,
    deaths: house.deaths,
    overcounted: peeker.overcounted,
    unbalanced: scrapers.flatMap(({ unbalanced }) => unbalanced),
    trouble: [
      ...COLLECTORS.flatMap((name) => house.collectors[name].trouble),
      ...balances.flatMap(({ trouble }) => trouble),
      ...(deadline.aborted ? [`not everything was acknowledged ${PATIENCE_MS / 1000} s after peace`] : []),
    ],
  };
  return {
    facts,
    account,
    violations: checkSession(facts),
    strikes: striker.done,
    strikeLog: striker.log,
    scrapes: scrapers.reduce((sum, { scrapes }) => sum + scrapes, 0),
    peeks: peeker.peeks,
    balances: balances.flatMap(({ last }) => last ?? []),
    seconds: (performance.now() - startedAt) / 1000,
  };
}

/** Waits until a collector says that its log is empty. */
async function drained(scraper: Scraper): Promise<{ last: Scrape | undefined; trouble: string[] }> {
  let last: Scrape | undefined;
  for (const since = performance.now(); performance.now() - since < PATIENCE_MS; await sleep(100)) {
    last = (await scraper.scrape()) ?? last;
    if (last?.inLog === 0) return { last, trouble: [] };
  }
  return {
    last,
    trouble: [
      `a collector still has ${last?.inLog ?? 'unknown'} spans in its log ${PATIENCE_MS / 1000} s after peace`,
    ],
  };
}

/** The engine may have been killed a moment ago. */
async function patiently<T>(read: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++)
    try {
      return await read();
    } catch (error) {
      if (tries === 10) throw error;
      await sleep(1_000);
    }
}
