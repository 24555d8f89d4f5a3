import { expect, test } from 'vitest';
import type { Incoming } from '../../src/batch/incoming.ts';
import { bodyOf, imbalance, type Kept, openKeeper } from '../support/keeper.ts';
import { MemoryFiles } from '../support/memory-files.ts';
import { TwoViewStore } from '../support/two-view-store.ts';

const LIMITS = { blockRows: 4, maxLogBytes: 64 * 1024 * 1024 };

/** A client that sends until it is told 200, over any number of lives of the collector, and knows what it was told. */
class Accountant {
  readonly store = new TwoViewStore();
  readonly acknowledged = new Set<string>();
  readonly bodies = new Map<string, Incoming>();
  files = new MemoryFiles();
  /** Operations of files and inserts, of this life. */
  operations = 0;
  /** Called at each of them. */
  strike: (operation: number, what: string) => void = () => undefined;
  kept: Kept | undefined;

  /** A collector begins, with what the last one left. */
  begin(): Kept {
    const { files } = this;
    this.operations = 0;
    const step = (what: string) => {
      this.operations++;
      if (this.kept) expect(imbalance(this.kept)).toBe(0);
      this.strike(this.operations, what);
    };
    files.before = step;
    const store = this.store.connect(async (what) => {
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (files.dead) await new Promise(() => undefined);
      step(what);
      if (files.dead) await new Promise(() => undefined);
    });
    this.kept = openKeeper(files, store, LIMITS);
    return this.kept;
  }

  /** The collector is gone, and with it what was not synced. */
  crash(chance: () => number): void {
    this.files = this.files.afterCrash(chance);
    this.strike = () => undefined;
  }

  /** Sends everything that was not acknowledged, once. */
  async send(kept: Kept): Promise<void> {
    const open = [...this.bodies].filter(([name]) => !this.acknowledged.has(name));
    await Promise.all(
      open.map(async ([name, body]) => {
        const result = await kept.keeper.keep(body);
        if (result.kind === 'kept') this.acknowledged.add(name);
      }),
    );
  }

  add(name: string): void {
    this.bodies.set(name, bodyOf([name, `${name} too`]));
  }

  /** Sends until all is acknowledged, lets all be stored, and compares. */
  async settle(what: string): Promise<void> {
    const kept = this.begin();
    await kept.keeper.opened;
    while (this.acknowledged.size < this.bodies.size) {
      await this.send(kept);
      await new Promise<void>((resolve) => setTimeout(resolve, 20));
    }
    expect(await kept.keeper.flush(20_000), what).toEqual({ kind: 'stored' });
    expect(imbalance(kept), what).toBe(0);
    const expected = [...this.bodies.keys()].flatMap((name) => [name, `${name} too`]).sort();
    for (const view of this.store.views) expect(view.toSorted(), what).toEqual(expected);
    expect(this.store.quarantined, what).toEqual([]);
    await kept.keeper.close(1000);
  }
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function chanceOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Ends when the work has, or when the process it is part of is no more. */
const until = (work: Promise<unknown>, gone: Promise<void>) => Promise.race([work, gone]);

const SENT = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];

/** One life: bodies come one after the other, some of them twice, and are stored. */
async function live(accountant: Accountant, gone: Promise<void>): Promise<void> {
  const kept = accountant.begin();
  for (const name of SENT) {
    if (!accountant.bodies.has(name)) accountant.add(name);
    const sent = Promise.all([accountant.send(kept), accountant.send(kept)]);
    await until(sent, gone);
    if (accountant.files.dead) return;
  }
  await until(kept.keeper.flush(2000), gone);
  await until(kept.keeper.close(2000), gone);
}

test('the process ends at any operation on a file or a table: nothing is lost, and nothing is there twice', async () => {
  const strikeAt = async (at: number, seed: number): Promise<boolean> => {
    const accountant = new Accountant();
    const chance = chanceOf(seed);
    const { promise: gone, resolve } = Promise.withResolvers<void>();
    let what = '';
    accountant.strike = (operation, name) => {
      if (operation !== at) return;
      what = name;
      accountant.files.dead = true;
      resolve();
    };
    await live(accountant, gone);
    if (what === '') return false;
    accountant.crash(chance);
    await accountant.settle(`ended at operation ${at}, ${what}, seed ${seed}`);
    return true;
  };
  let struck = 0;
  for (let from = 1; ; from += 16) {
    const results = await Promise.all(
      Array.from({ length: 48 }, (_, i) => strikeAt(from + (i % 16), from * 100 + i)),
    );
    struck += results.filter(Boolean).length;
    if (!results.some(Boolean)) break;
  }
  expect(struck).toBeGreaterThan(60);
}, 120_000);

test('any one operation fails: nothing is lost, nothing is there twice, and it goes on by itself', async () => {
  const failAt = async (at: number): Promise<boolean> => {
    const accountant = new Accountant();
    let what = '';
    accountant.strike = (operation, name) => {
      // What cannot even be opened says so and ends; that is another test's matter.
      if (operation !== at || !accountant.acknowledged.size) return;
      what = name;
      throw new Error('EIO');
    };
    await live(accountant, new Promise(() => undefined));
    accountant.strike = () => undefined;
    await accountant.settle(`failed at operation ${at}, ${what}`);
    return what !== '' || at < 10;
  };
  for (let from = 1; ; from += 24) {
    const results = await Promise.all(Array.from({ length: 24 }, (_, i) => failAt(from + i)));
    if (!results.some(Boolean)) break;
  }
}, 120_000);

test.each(Array.from({ length: 6 }, (_, i) => i + 1))(
  'many lives, each ended at random, with storage and disk failing at times (%i)',
  async (group) => {
    const run = async (seed: number) => {
      const accountant = new Accountant();
      const chance = chanceOf(seed);
      for (let life = 0; life < 4; life++) {
        const { promise: gone, resolve } = Promise.withResolvers<void>();
        const at = 5 + Math.floor(chance() * 120);
        const failing = chance() < 0.5 ? chance() * 0.2 : 0;
        accountant.strike = (operation) => {
          if (operation === at) {
            accountant.files.dead = true;
            resolve();
            // What cannot even be opened says so and ends; that is another test's matter.
          } else if (opened && chance() < failing) throw new Error('EIO');
        };
        let opened = false;
        const kept = accountant.begin();
        await until(kept.keeper.opened, gone);
        opened = true;
        for (let i = 0; i < 12 && !accountant.files.dead; i++) {
          accountant.add(`life ${life} body ${i}`);
          accountant.store.away = chance() < 0.3;
          await until(accountant.send(kept), gone);
        }
        accountant.store.away = false;
        await until(kept.keeper.flush(500), gone);
        accountant.crash(chance);
      }
      await accountant.settle(`seed ${seed}`);
    };
    await Promise.all(Array.from({ length: 12 }, (_, i) => run(group * 1000 + i)));
  },
  60_000,
);
