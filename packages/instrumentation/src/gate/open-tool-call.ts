import type { JsonValue } from '@tollgate/contract';
import { nowNs } from '../evidence/clock.ts';
import type { Moment } from '../evidence/entry.ts';
import type { HeldFact } from '../evidence/held-back.ts';
import type { Committed } from '../outbox/group.ts';
import type { GovernedRun } from '../run/governed-run.ts';
import { stopWorkflowIfMet } from '../run/stop-conditions.ts';
import { argumentsOf, calledEntry, type Finish, finishEntry, type Ruling } from './entries.ts';
import type { Call } from './prepare.ts';
import { passed } from './steps.ts';

/** A call that the gate has let through. Exactly one of its ends counts; a call that has none by the end of its run is `unknown`. */
export interface OpenToolCall {
  readonly callId: string;
  /** Parsed anew from the text that was decided on, which nobody else holds: these are to be executed. */
  readonly args: JsonValue;
  readonly signal: AbortSignal;
  done(result: unknown): Promise<void>;
  failed(error: unknown): Promise<void>;
  /** Dispatched, and nobody will ever hear how it went. */
  lost(): Promise<void>;
}

/** What is known of a call when it is let through. */
interface Permit {
  readonly ruling: Ruling;
  readonly begun: Moment;
  /** Its intent, as long as it is not on record; absent where it had to be first. */
  readonly intent?: HeldFact | undefined;
}

type End = Pick<Finish, 'outcome' | 'result' | 'errorType'>;

export function dispatched(run: GovernedRun, call: Call, permit: Permit): OpenToolCall {
  const open = new DispatchedCall(run, call, permit);
  run.openToolCalls.add(open);
  passed('tool.dispatched', run, call);
  return open;
}

class DispatchedCall implements OpenToolCall {
  readonly callId: string;
  readonly args: JsonValue;
  readonly signal: AbortSignal;
  private readonly run: GovernedRun;
  private readonly call: Call;
  private readonly permit: Permit;
  private isOpen = true;

  constructor(run: GovernedRun, call: Call, permit: Permit) {
    this.callId = call.id;
    this.args = call.value ?? null;
    this.signal = call.signal;
    this.run = run;
    this.call = call;
    this.permit = permit;
  }

  done(result: unknown): Promise<void> {
    return this.end({ outcome: 'succeeded', result });
  }

  failed(error: unknown): Promise<void> {
    return this.end({ outcome: 'failed', result: { error: messageOf(error) }, errorType: nameOf(error) });
  }

  lost(): Promise<void> {
    return this.end({ outcome: 'unknown' });
  }

  private async end(end: End): Promise<void> {
    const { run, call } = this;
    if (!this.isOpen) return;
    this.isOpen = false;
    run.openToolCalls.delete(this);
    if (end.outcome === 'failed') run.errors += 1;
    passed('tool.ended', run, call);
    await this.record(end);
    passed('end.recorded', run, call);
    if (end.outcome === 'failed') await stopWorkflowIfMet(run);
  }

  private record(end: End): Promise<Committed> {
    const { call, run } = this;
    const { ruling, begun, intent } = this.permit;
    const startNs = begun.ns;
    const endNs = nowNs();
    if (intent?.take() !== true)
      return run.evidence.write(finishEntry(call, ruling, { ...end, startNs, endNs }));
    const moment = { ns: endNs, parent: begun.parent };
    const mould = end.outcome === 'succeeded' ? run.moulds.of(call, ruling) : undefined;
    if (mould === undefined)
      return run.evidence.write(calledEntry(call, ruling, { ...end, startNs, endNs, moment }));
    const content = { arguments: argumentsOf(call), result: end.result ?? null };
    return run.evidence.writeCall(mould, { callId: call.id, content, startNs, moment });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'error';
}
