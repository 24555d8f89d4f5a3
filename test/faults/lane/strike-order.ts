import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { Strike } from '../plan/trial.ts';
import { type StrikeOrder, struckFile } from '../programs/strike.ts';
import type { Lane } from './lane.ts';

/** The next strike of a trial: at a step, by whoever passes it; or by the clock, from here. */
export class ArmedStrike {
  readonly strike: Strike;
  private readonly id: string;
  private readonly lane: Lane;
  private timer: NodeJS.Timeout | undefined;
  private byClock: Promise<unknown> | undefined;

  constructor(lane: Lane, strike: Strike, id: string) {
    this.lane = lane;
    this.strike = strike;
    this.id = id;
  }

  get hasStruck(): boolean {
    return this.byClock !== undefined || existsSync(struckFile(this.lane.orderFile, this.id));
  }

  hits(who: 'agent' | 'service'): boolean {
    return this.strike.victim === who || this.strike.victim === 'both';
  }

  /** Resolves when everybody whom it hit is dead; at once where they have long been started again. */
  async victimsGone(): Promise<void> {
    const { agent, service } = this.lane;
    if (this.byClock !== undefined) {
      await this.byClock;
      return;
    }
    const pids = JSON.parse(readFileSync(struckFile(this.lane.orderFile, this.id), 'utf8')) as number[];
    const isHit = (pid: number | undefined) => pid !== undefined && pids.includes(pid);
    if (isHit(agent?.pid)) await agent?.gone;
    if (isHit(service.pid)) await service.gone();
  }

  /** Again when a victim has got a new process id; there is no order as long as one of them has none. */
  arm(): void {
    const { when } = this.strike;
    if (when.kind === 'clock') {
      this.timer ??= setTimeout(() => this.strikeNow(), when.share * this.lane.typicalMs);
      return;
    }
    const { place, nth } = when;
    const { agent, service } = this.lane;
    const missing =
      (this.hits('agent') && agent?.pid === undefined) || (this.hits('service') && service.pid === undefined);
    if (missing) {
      rmSync(this.lane.orderFile, { force: true });
      return;
    }
    const order: StrikeOrder = {
      id: this.id,
      side: place.side,
      step: place.step,
      nth,
      ...(place.side === 'gate' ? { actionClass: place.actionClass } : {}),
      ...(when.kind === 'after_step' ? { afterMs: when.afterMs } : {}),
      victims: {
        ...(this.hits('agent') && agent?.pid !== undefined ? { agent: agent.pid } : {}),
        ...(this.hits('service') && service.pid !== undefined ? { service: service.pid } : {}),
      },
    };
    const { orderFile } = this.lane;
    writeFileSync(`${orderFile}.new`, JSON.stringify(order));
    renameSync(`${orderFile}.new`, orderFile);
  }

  disarm(): void {
    clearTimeout(this.timer);
    rmSync(this.lane.orderFile, { force: true });
  }

  private strikeNow(): void {
    const { agent, service } = this.lane;
    if ((this.hits('agent') && agent === undefined) || (this.hits('service') && service.pid === undefined)) {
      this.timer = setTimeout(() => this.strikeNow(), 20);
      return;
    }
    if (this.hits('agent')) agent?.kill();
    this.byClock = Promise.all([
      this.hits('agent') ? agent?.gone : undefined,
      this.hits('service') ? service.kill() : undefined,
    ]);
  }
}
