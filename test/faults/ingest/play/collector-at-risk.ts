import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CollectorProcess, startCollector } from '../../../support/collector-process.ts';
import type { Rng } from '../../../support/rng.ts';
import type { CollectorName, Damage } from '../plan/strikes.ts';
import type { FaultyCollectorSetup } from '../programs/setup.ts';
import { damageLog } from './damage-log.ts';

const PROGRAM = new URL('../programs/collector.ts', import.meta.url);

/** A collector that is killed and comes back, on the same log and port. */
export class CollectorAtRisk {
  readonly name: CollectorName;
  readonly url: string;
  /** What nobody struck at and yet happened: it ended, or did not start again. */
  readonly trouble: string[] = [];
  /** Which of its processes this is. */
  life = 1;
  private readonly setup: FaultyCollectorSetup;
  private process: CollectorProcess;
  private struck = false;

  private constructor(name: CollectorName, setup: FaultyCollectorSetup, process: CollectorProcess) {
    this.name = name;
    this.url = process.url;
    this.setup = { ...setup, port: Number(new URL(process.url).port) };
    this.process = process;
    this.watch();
  }

  static async start(name: CollectorName, setup: FaultyCollectorSetup): Promise<CollectorAtRisk> {
    await mkdir(setup.directory, { recursive: true });
    return new CollectorAtRisk(name, setup, await startCollector(setup, PROGRAM));
  }

  /** What its 200 means. */
  get acknowledge(): 'logged' | 'stored' {
    return this.setup.acknowledge ?? 'logged';
  }

  async kill(): Promise<void> {
    this.struck = true;
    await this.process.program.kill();
  }

  /** Kills it, does to its log what a crash could have done, and starts it again. */
  async killAndRestart(downMs: number, damage: Damage, rng: Rng): Promise<string> {
    await this.kill();
    const done = await damageLog(this.setup, damage, rng);
    await sleep(downMs);
    await this.restart();
    return done;
  }

  async restart(): Promise<void> {
    try {
      this.process = await startCollector(this.setup, PROGRAM);
      this.struck = false;
      this.life += 1;
      this.watch();
    } catch (error) {
      this.trouble.push(`collector ${this.name} did not start again: ${error}`);
    }
  }

  async stall(ms: number): Promise<void> {
    this.process.program.signal('SIGSTOP');
    await sleep(ms);
    this.process.program.signal('SIGCONT');
  }

  private watch(): void {
    void this.process.program.gone.then(() => {
      if (!this.struck) this.trouble.push(`collector ${this.name} ended, and nobody had struck at it`);
    });
  }
}
