import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  GATE_STEP_CHANNEL,
  type GatedTool,
  type GateStepMessage,
  type Run,
  type Tollgate,
  ToolRefused,
} from '@tollgate/instrumentation';
import type { Wanted } from '../plan/trial.ts';
import { takeEffect } from './effect.ts';
import type { AgentSetup, Job, Said } from './messages.ts';

type Work = Extract<Job, { kind: 'run' }>;
type Args = Wanted['args'];

/** A service that was killed is back within this. */
const PATIENCE_MS = 60_000;

/** The agent: it wants each thing done once, swallows refusals, and asks again where the service was away. */
export class Worker {
  private readonly setup: AgentSetup;
  private readonly job: Work;
  private readonly say: (said: Said) => void;
  private readonly tools: Readonly<Record<Wanted['tool'], GatedTool<Args, string>>>;

  constructor(tollgate: Tollgate, setup: AgentSetup, job: Work, say: (said: Said) => void) {
    this.setup = setup;
    this.job = job;
    this.say = say;
    const tool = (name: Wanted['tool']) =>
      tollgate.tool<Args, string>({
        name,
        execute: (args, { runId, callId }) => this.execute(name, runId, callId, args),
      });
    this.tools = {
      set_status: tool('set_status'),
      send_reply: tool('send_reply'),
      send_soon: tool('send_soon'),
    };
  }

  async doAll(run: Run): Promise<void> {
    if (this.job.parallel) await Promise.all(this.job.wanted.map((wanted) => this.do(run, wanted)));
    else for (const wanted of this.job.wanted) await this.do(run, wanted);
  }

  private async do(run: Run, wanted: Wanted): Promise<void> {
    const resumedUnderOther = this.job.resume !== undefined && this.job.callIds === 'other';
    let callId = resumedUnderOther ? `${wanted.callId}-${this.setup.life}` : wanted.callId;
    if (this.cheats(run, wanted, callId)) return;
    for (const until = Date.now() + PATIENCE_MS; Date.now() < until; ) {
      const refused = await this.call(run, wanted, callId);
      if (refused === undefined) return;
      if (refused === 'already_dispatched' && this.job.sabotage === 'resumes_by_hand')
        this.effect(wanted.tool, run.id, callId, wanted.args);
      if (refused === 'service_unreachable') await sleep(100);
      else if (refused !== 'grant_unusable') return;
      // A receipt that got lost was not used, and never will be: a stubborn agent asks again, and may call it another call.
      else if (this.job.callIds === 'other') callId = `${callId}-again`;
    }
  }

  /** The reason of the refusal, if it was refused. */
  private async call(run: Run, wanted: Wanted, callId: string): Promise<string | undefined> {
    const { tool, args } = wanted;
    using patience = patienceOf(wanted, callId);
    try {
      await this.tools[tool](args, { callId, signal: patience.signal, purpose: 'fault injection' });
      return undefined;
    } catch (error) {
      if (error === patience.signal.reason) return undefined;
      if (!(error instanceof ToolRefused)) throw error;
      const { reason, enforcement, callId: call } = error.decision;
      this.say({ kind: 'refused', run: run.id, call, tool, reason, enforcement });
      return reason;
    }
  }

  private execute(tool: string, run: string, call: string, args: Args): string {
    this.effect(tool, run, call, args);
    if (this.job.sabotage === 'executes_twice' && tool !== 'set_status') this.effect(tool, run, call, args);
    return 'done';
  }

  private effect(tool: string, run: string, call: string, args: Args): void {
    takeEffect(this.setup, { trial: this.job.trial, run, call, tool, args });
  }

  /** Violations that the checks have to find. */
  private cheats(run: Run, { tool, args }: Wanted, call: string): boolean {
    const { sabotage } = this.job;
    const acts = sabotage === (tool === 'set_status' ? 'skips_intent' : 'skips_receipt');
    if (acts) this.effect(tool, run.id, call, args);
    if (sabotage !== 'hides_refusal') return acts;
    const facts = { reason: 'approval_refused', enforcement: 'refused' };
    this.say({ kind: 'refused', run: run.id, call, tool, ...facts });
    return true;
  }
}

/** Ends when the agent thinks better of its call. */
function patienceOf(
  { withdrawAfterMs, withdrawAt }: Wanted,
  call: string,
): Disposable & { signal: AbortSignal } {
  const over = new AbortController();
  const hear = (message: unknown) => {
    const { step, callId } = message as GateStepMessage;
    if (step === withdrawAt && callId === call) over.abort();
  };
  subscribe(GATE_STEP_CHANNEL, hear);
  const timer = withdrawAfterMs === undefined ? undefined : setTimeout(() => over.abort(), withdrawAfterMs);
  return {
    signal: over.signal,
    [Symbol.dispose]: () => {
      unsubscribe(GATE_STEP_CHANNEL, hear);
      clearTimeout(timer);
    },
  };
}
