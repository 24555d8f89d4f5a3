import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { ServiceProcess } from '../../support/service-process.ts';
import type { AgentSetup, Said } from '../programs/messages.ts';
import { FAULTS_WORKFLOW, SAM } from '../workflow.ts';
import { AgentProcess, NODE_ARGUMENTS } from './agent-process.ts';
import { integrityOf } from './control-facts.ts';
import { EvidenceSink } from './evidence-sink.ts';

const HOOK = pathToFileURL(new URL('../programs/service-hook.ts', import.meta.url).pathname).href;
/** The port may be somebody's for a moment while its service is dead. */
const START_TRIES = 20;

/** What is left of a lane at its end, when everything has had its time. */
export interface LaneEnd {
  /** Spools in the outbox that nobody emptied. */
  readonly leftSpools: readonly string[];
  readonly unsent: number;
  readonly rejected: number;
  /** Spans at the collector that are no evidence. */
  readonly foreign: number;
  /** SQLite's own word on the control state. */
  readonly integrity: string;
  readonly servicesStarted: number;
  readonly agentsStarted: number;
}

/**
 * One service, one outbox and one agent at a time, beside other lanes. Processes stay from trial to trial as long as nobody
 * kills them; the next agent is loaded while the present one works.
 */
export class Lane {
  readonly directory: string;
  readonly orderFile: string;
  readonly effectsFile: string;
  readonly controlDirectory: string;
  readonly outbox: string;
  readonly service: ServiceProcess;
  readonly sink: EvidenceSink;
  /** How long a run takes that nobody disturbs, about. */
  typicalMs = 400;
  private readonly name: string;
  private readonly env: Readonly<Record<string, string>>;
  private current: AgentProcess | undefined;
  private standby: AgentProcess | undefined;
  private servicesStarted = 1;
  private agentsStarted = 0;

  private constructor(
    directory: string,
    name: string,
    parts: { service: ServiceProcess; sink: EvidenceSink },
  ) {
    this.directory = directory;
    this.name = name;
    this.orderFile = orderFileIn(directory);
    this.effectsFile = join(directory, 'effects.jsonl');
    this.controlDirectory = join(directory, 'control');
    this.outbox = join(directory, 'outbox');
    this.env = environment(directory);
    this.service = parts.service;
    this.sink = parts.sink;
    this.standby = this.spawnAgent();
  }

  static async open(directory: string, name: string): Promise<Lane> {
    await mkdir(join(directory, 'control'), { recursive: true });
    const service = await ServiceProcess.start(join(directory, 'control'), FAULTS_WORKFLOW, {
      execArgv: [...NODE_ARGUMENTS, `--import=${HOOK}`],
      env: environment(directory),
    });
    return new Lane(directory, name, { service, sink: await EvidenceSink.open(service.key, 'faults') });
  }

  /** The agent that works now, if it lives. */
  get agent(): AgentProcess | undefined {
    return this.current?.isGone === true ? undefined : this.current;
  }

  /** The one that works now, or the next. */
  liveAgent(): AgentProcess {
    const live = this.agent;
    if (live !== undefined) return live;
    const next = this.standby?.isGone === false ? this.standby : this.spawnAgent();
    this.current = next;
    this.standby = this.spawnAgent();
    return next;
  }

  /** `spawned` is told as soon as there is a process id. */
  async serviceUp(spawned: () => void = () => {}): Promise<void> {
    for (let tries = 0; this.service.pid === undefined; tries++) {
      this.servicesStarted += 1;
      const listening = this.service.startAgain();
      spawned();
      try {
        await listening;
      } catch (error) {
        if (tries === START_TRIES) throw error;
        await sleep(50);
      }
    }
  }

  async close(): Promise<LaneEnd> {
    await this.serviceUp();
    this.sink.away = false;
    const down = await this.shutDown(this.liveAgent());
    await this.service.kill();
    await this.sink.close();
    const spools = (await readdir(this.outbox)).filter((name) => /^(spool|free)~/.test(name));
    return {
      leftSpools: spools,
      unsent: down.unsent,
      rejected: down.rejected,
      foreign: this.sink.foreign,
      integrity: integrityOf(this.controlDirectory),
      servicesStarted: this.servicesStarted,
      agentsStarted: this.agentsStarted,
    };
  }

  private async shutDown(agent: AgentProcess): Promise<Extract<Said, { kind: 'down' }>> {
    const down = new Promise<Extract<Said, { kind: 'down' }>>((resolve, reject) => {
      agent.heard = (said) => said.kind === 'down' && resolve(said);
      void agent.gone.then(() => reject(new Error('the last agent died while it shut down')));
    });
    agent.begin({ kind: 'shutdown' });
    const said = await down;
    await Promise.all([agent.end(), this.standby?.end()]);
    return said;
  }

  private spawnAgent(): AgentProcess {
    this.agentsStarted += 1;
    const setup: AgentSetup = {
      yaml: FAULTS_WORKFLOW,
      url: this.service.url,
      otlpUrl: this.sink.url,
      key: this.service.key,
      initiatorToken: this.service.tokenOf(SAM),
      outbox: this.outbox,
      controlDirectory: this.controlDirectory,
      effectsFile: this.effectsFile,
      orderFile: this.orderFile,
      life: `${this.name}-${this.agentsStarted}`,
    };
    return new AgentProcess(setup, this.env);
  }
}

function orderFileIn(directory: string): string {
  return join(directory, 'order.json');
}

function environment(directory: string): Readonly<Record<string, string>> {
  return {
    FAULTS_ORDER: orderFileIn(directory),
    NODE_COMPILE_CACHE: join(directory, '..', 'compile-cache'),
  };
}
