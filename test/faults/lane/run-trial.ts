import { existsSync, readFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Strike, Trial } from '../plan/trial.ts';
import { framesIn } from '../programs/frames.ts';
import type { Effect, Said } from '../programs/messages.ts';
import { attend } from './approver.ts';
import { readControl, registeredRuns } from './control-facts.ts';
import type { Lane } from './lane.ts';
import { ArmedStrike } from './strike-order.ts';
import type { Death, Heard, TrialFacts } from './trial-facts.ts';

/** Nothing was heard of anybody for so long: the trial is stuck. */
const SILENCE_MS = 90_000;

/** One trial: a run is started, killed and gone on with until it is sealed; then everything that is known of it is collected. */
export async function runTrial(lane: Lane, trial: Trial): Promise<TrialFacts> {
  const before = new Set(registeredRuns(lane.controlDirectory));
  const story = new Story(lane, trial);
  lane.sink.away = trial.collectorAway;
  const over = new AbortController();
  const approver = attend(lane.service, trial.approver, (run) => story.isMine(run), over.signal);
  await story.play();
  over.abort();
  const confirmed = await approver;
  const registered = registeredRuns(lane.controlDirectory).filter((run) => !before.has(run));
  const runs = [...new Set([...registered, ...story.runs])];
  return {
    trial,
    runs,
    confirmed,
    heard: story.heard,
    effects: effectsIn(lane.effectsFile).filter((effect) => effect.trial === trial.id),
    control: readControl(lane.controlDirectory, new Set(runs)),
    arrived: runs.flatMap((run) => lane.sink.ofRun(run)),
    deaths: story.deaths,
    struck: story.struck,
    resumes: story.resumes,
    trouble: story.trouble,
  };
}

class Story {
  readonly heard: Heard[] = [];
  readonly deaths: Death[] = [];
  readonly struck: Strike[] = [];
  readonly trouble: string[] = [];
  readonly runs = new Set<string>();
  resumes = 0;
  private readonly lane: Lane;
  private readonly trial: Trial;
  private readonly strikes: Strike[];
  private armed: ArmedStrike | undefined;
  private working: string | undefined;
  private lastHeardAt = performance.now();
  private progress: () => void = () => {};

  constructor(lane: Lane, trial: Trial) {
    this.lane = lane;
    this.trial = trial;
    this.strikes = [...trial.strikes];
  }

  isMine(run: string): boolean {
    return this.runs.has(run);
  }

  async play(): Promise<void> {
    await this.lane.serviceUp();
    const startedAt = performance.now();
    this.next();
    this.work();
    while (!this.isSealed() && this.trouble.length === 0) {
      if (this.armed?.hasStruck !== true) await this.untilSomethingHappens();
      await this.mend();
    }
    if (this.trial.strikes.length === 0) this.lane.typicalMs = performance.now() - startedAt;
    this.armed?.disarm();
    this.lane.sink.away = false;
    if (this.armed?.hasStruck === true) {
      await this.armed.victimsGone();
      this.struck.push(this.armed.strike);
    }
    await this.flush();
  }

  /** Whatever was killed at the last moment is started once more, so that what it left behind is sent. */
  private async flush(): Promise<void> {
    while (!this.heardOf('flushed') && this.trouble.length < 5) {
      await this.lane.serviceUp();
      const agent = this.lane.liveAgent();
      this.listen();
      agent.begin({ kind: 'flush' });
      await Promise.race([agent.gone, this.until(() => this.heardOf('flushed'))]);
      this.noteDeath();
    }
  }

  private heardOf(kind: Said['kind']): boolean {
    return this.heard.some(({ said }) => said.kind === kind);
  }

  private isSealed(): boolean {
    return this.heardOf('sealed');
  }

  private next(): void {
    const strike = this.strikes.shift();
    this.armed?.disarm();
    this.armed =
      strike === undefined
        ? undefined
        : new ArmedStrike(this.lane, strike, `${this.trial.id}-${this.struck.length}`);
  }

  /** Gives the agent its run, or the next one what the last left behind. */
  private work(): void {
    const agent = this.lane.liveAgent();
    this.armed?.arm();
    if (this.working === agent.life) return;
    this.working = agent.life;
    this.listen();
    const { id, wanted, parallel, callIds, sabotage } = this.trial;
    const resume = [...this.runs].at(-1);
    if (resume !== undefined) this.resumes += 1;
    agent.begin({
      kind: 'run',
      trial: id,
      ...{ wanted, parallel, callIds },
      ...(resume === undefined ? {} : { resume }),
      ...(sabotage === undefined ? {} : { sabotage }),
    });
  }

  private listen(): void {
    const agent = this.lane.liveAgent();
    agent.heard = (said) => {
      this.lastHeardAt = performance.now();
      this.heard.push({ life: agent.life, said });
      if (said.kind === 'run') this.runs.add(said.run);
      if (said.kind === 'problem' && said.message.startsWith('crashed')) this.trouble.push(said.message);
      this.progress();
    };
  }

  private until(happened: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.progress = () => happened() && resolve();
      this.progress();
    });
  }

  private async untilSomethingHappens(): Promise<void> {
    const { agent, service } = this.lane;
    const silence = new AbortController();
    await Promise.race([
      this.until(() => this.isSealed()),
      agent?.gone ?? Promise.resolve(),
      service.gone(),
      this.silent(silence.signal),
    ]);
    silence.abort();
  }

  private async silent(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(1000, undefined, { signal }).catch(() => {});
      if (performance.now() - this.lastHeardAt < SILENCE_MS || signal.aborted) continue;
      this.trouble.push(`nothing was heard for ${SILENCE_MS} ms`);
      return;
    }
  }

  /** After a strike: waits until its victims are dead, and starts them again as the strike has it. */
  private async mend(): Promise<void> {
    const { lane, armed } = this;
    if (armed === undefined || !armed.hasStruck) {
      if (lane.agent !== undefined && lane.service.pid !== undefined) return;
      this.trouble.push(`the ${lane.agent === undefined ? 'agent' : 'service'} died of itself`);
      return;
    }
    await armed.victimsGone();
    this.struck.push(armed.strike);
    this.noteDeath();
    if (this.trial.sabotage === 'loses_outbox') await loseSpools(lane.outbox);
    this.lastHeardAt = performance.now();
    const { restart, downMs } = armed.strike;
    this.next();
    if (lane.agent === undefined && restart === 'agent_first' && !this.isSealed()) this.work();
    await sleep(downMs);
    const up = lane.serviceUp(() => this.armed?.arm());
    if (restart === 'service_first') await up;
    if (!this.isSealed()) this.work();
    await up;
  }

  /** What it had written lies in the outbox; nobody has taken it over yet. */
  private noteDeath(): void {
    const { working } = this;
    if (working === undefined || this.lane.agent?.life === working) return;
    if (this.deaths.some(({ life }) => life === working)) return;
    this.deaths.push({ life: working, ...framesIn(this.lane.outbox) });
  }
}

async function loseSpools(outbox: string): Promise<void> {
  for (const name of await readdir(outbox))
    if (name.startsWith('spool~')) await rm(join(outbox, name), { recursive: true });
}

function effectsIn(file: string): readonly Effect[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Effect]));
}
