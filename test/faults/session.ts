import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkEnd, checkTrial } from './check/check-trial.ts';
import type { Violation } from './check/violation.ts';
import { Lane, type LaneEnd } from './lane/lane.ts';
import { runTrial } from './lane/run-trial.ts';
import type { TrialFacts } from './lane/trial-facts.ts';
import { anotherTry, targetOf } from './plan/make-plan.ts';
import { placeName } from './plan/steps.ts';
import type { Trial } from './plan/trial.ts';
import { killsOf } from './report/tally.ts';

export interface SessionOptions {
  readonly lanes?: number;
  /** Called after each trial. */
  readonly progress?: (done: SessionProgress) => void;
}

export interface SessionProgress {
  readonly done: number;
  readonly of: number;
  readonly kills: number;
  readonly violations: readonly Violation[];
}

export interface SessionResult {
  readonly facts: readonly TrialFacts[];
  readonly ends: readonly LaneEnd[];
  readonly violations: readonly Violation[];
  /** Steps that the plan promised to kill at, and that were never passed. */
  readonly unreached: readonly string[];
  readonly seconds: number;
}

/** A step is not passed when an earlier strike changed the course; then another trial tries. */
const TRIES = 5;
/** What nobody disturbs: it tells how long a run takes, and that the processes work at all. */
const UNDISTURBED = { parallel: false, approver: 'approves', callIds: 'same', collectorAway: false } as const;

/** Plays every trial, on as many lanes as the machine bears, and checks each as soon as it is over. */
export async function playSession(
  trials: readonly Trial[],
  options: SessionOptions = {},
): Promise<SessionResult> {
  const session = new Session(trials, options);
  const root = await mkdtemp(join(tmpdir(), 'tollgate-faults-'));
  const startedAt = performance.now();
  try {
    const lanes = Math.min(options.lanes ?? availableParallelism() + 1, Math.max(1, trials.length));
    const ends = await Promise.all(
      Array.from({ length: lanes }, (_, index) => session.playLane(root, String.fromCharCode(97 + index))),
    );
    const atTheEnd = ends.flatMap((end) => checkEnd(end));
    const { facts, violations, unreached } = session;
    const seconds = (performance.now() - startedAt) / 1000;
    return { facts, ends, violations: [...violations, ...atTheEnd], unreached, seconds };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

class Session {
  readonly facts: TrialFacts[] = [];
  readonly violations: Violation[] = [];
  readonly unreached: string[] = [];
  private readonly queue: { readonly trial: Trial; readonly tries: number }[];
  private readonly progress: (done: SessionProgress) => void;
  private lastId: number;
  private kills = 0;

  constructor(trials: readonly Trial[], { progress = () => {} }: SessionOptions) {
    this.queue = trials.map((trial) => ({ trial, tries: 1 }));
    this.lastId = Math.max(0, ...trials.map(({ id }) => id));
    this.progress = progress;
  }

  async playLane(root: string, name: string): Promise<LaneEnd> {
    const lane = await Lane.open(join(root, name), name);
    await this.play(lane, this.undisturbed());
    for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift()) {
      const facts = await this.play(lane, next.trial);
      this.tryAgain(facts, next.tries);
    }
    return lane.close();
  }

  private async play(lane: Lane, trial: Trial): Promise<TrialFacts> {
    const facts = await runTrial(lane, trial);
    const violations = checkTrial(facts);
    this.facts.push(facts);
    this.violations.push(...violations);
    this.kills += killsOf(facts.struck);
    const done = this.facts.length;
    this.progress({ done, of: done + this.queue.length, kills: this.kills, violations });
    return facts;
  }

  private tryAgain({ trial, struck }: TrialFacts, tries: number): void {
    const target = targetOf(trial);
    if (target === undefined || struck.includes(target) || target.when.kind !== 'step') return;
    this.lastId += 1;
    if (tries < TRIES) this.queue.push({ trial: anotherTry(trial, this.lastId), tries: tries + 1 });
    else this.unreached.push(`${placeName(target.when.place)}, ${target.victim}`);
  }

  private undisturbed(): Trial {
    this.lastId += 1;
    const ticket = `T-${this.lastId}`;
    return {
      id: this.lastId,
      ...UNDISTURBED,
      strikes: [],
      wanted: [
        { callId: 'update-1', tool: 'set_status', args: { ticket, nth: '1' } },
        { callId: 'send-1', tool: 'send_reply', args: { ticket, text: 'Sorry.' } },
      ],
    };
  }
}
