import { setTimeout as sleep } from 'node:timers/promises';
import { type Rng, rngOf } from '../../../support/rng.ts';
import type { Blow, Strike } from '../plan/strikes.ts';
import type { Account } from './account.ts';
import { type House, killClickHouse, stallClickHouse } from './house.ts';

/** Kills, stalls and cuts off, one strike after another, until it is time to stop. Leaves everything running. */
export class Striker {
  /** What was done, how often. */
  readonly done: Record<string, number> = {};
  /** The same in order, each with its time. */
  readonly log: string[] = [];
  private readonly house: House;
  private readonly account: Account;
  private readonly rng: Rng;

  constructor(house: House, account: Account, seed: number) {
    this.house = house;
    this.account = account;
    this.rng = rngOf(seed ^ 0xb10);
  }

  async run(strikes: readonly Strike[], stopping: AbortSignal): Promise<void> {
    for (const { afterMs, blow } of strikes) {
      await sleep(afterMs, undefined, { signal: stopping }).catch(() => undefined);
      if (stopping.aborted) return;
      await this.strike(blow);
    }
  }

  private count(what: string): void {
    this.log.push(`${new Date().toISOString()} ${what}`);
    this.done[what] = (this.done[what] ?? 0) + 1;
  }

  private async strike(blow: Blow): Promise<void> {
    const { house } = this;
    if (blow.kind === 'kill_collector') await this.restart(blow.collectors, blow.downMs, blow.damage);
    else if (blow.kind === 'stall_collector') {
      for (const name of blow.collectors) this.count(`collector ${name} stalled`);
      await Promise.all(blow.collectors.map((name) => house.collectors[name].stall(blow.ms)));
    } else if (blow.kind === 'kill_everything') {
      this.killStore();
      await this.restart(['a', 'b'], blow.downMs, blow.damage);
    } else if (blow.kind === 'kill_clickhouse') this.killStore();
    else if (blow.kind === 'stall_clickhouse') {
      this.count('ClickHouse stalled');
      await stallClickHouse(house, blow.ms);
    } else await this.cutOff(blow);
  }

  private killStore(): void {
    this.count('ClickHouse killed');
    killClickHouse(this.house);
  }

  private async restart(
    names: readonly ('a' | 'b')[],
    downMs: number,
    damage: Extract<Blow, { kind: 'kill_collector' }>['damage'],
  ): Promise<void> {
    await Promise.all(
      names.map(async (name) => {
        this.count(`collector ${name} killed`);
        const done = await this.house.collectors[name].killAndRestart(downMs, damage, this.rng);
        if (done !== 'none') this.count(`log of a dead collector: ${done}`);
      }),
    );
  }

  private async cutOff(
    blow: Extract<Blow, { kind: 'cut_clickhouse' | 'kill_collector_alone' | 'fill_log' }>,
  ): Promise<void> {
    this.count('ClickHouse cut off');
    this.house.gate.shut();
    try {
      if (blow.kind === 'fill_log') await this.untilFull(blow.mostMs);
      else await sleep(blow.ms);
      if (blow.kind === 'kill_collector_alone') await this.restart([blow.collector], 0, blow.damage);
    } finally {
      this.house.gate.open();
    }
  }

  private async untilFull(mostMs: number): Promise<void> {
    const refusals = () => this.account.answers['429'] ?? 0;
    const before = refusals();
    for (const start = performance.now(); performance.now() - start < mostMs; await sleep(50))
      if (refusals() > before) return this.count('log filled');
  }
}
