import type { JsonValue } from '@tollgate/contract';
import type { GovernedRun } from '../run/governed-run.ts';
import { stopWorkflowIfMet } from '../run/stop-conditions.ts';
import { messageOf, nameOf } from '../thrown.ts';
import type { Call } from './prepare.ts';
import { type End, type Permit, recordEnd } from './record-call.ts';
import { isTraced, passed } from './steps.ts';

/** A call that the gate has let through. Exactly one of its ends counts; a call that has none by the end of its run is `unknown`. */
export interface OpenToolCall {
  readonly callId: string;
  /** Parsed anew from the text that was decided on, which nobody else holds: these are to be executed. */
  readonly args: JsonValue;
  readonly signal: AbortSignal;
  /**
   * Each end is over when it is on record; what a promise of it holds means nothing. Where the intent was synced before, a
   * success is on its way to the disk while its caller goes on: a crash meanwhile leaves it `unknown`, which it then is.
   */
  done(result: unknown): Promise<unknown>;
  failed(error: unknown): Promise<unknown>;
  /** Dispatched, and nobody will ever hear how it went. */
  lost(): Promise<unknown>;
}

const OVER = Promise.resolve();

export function dispatched(run: GovernedRun, call: Call, permit: Permit): OpenToolCall {
  const open = new DispatchedCall(run, call, permit);
  run.openToolCalls.add(open);
  passed('tool.dispatched', run, call);
  return open;
}

/** A disk may take long to sync an intent: who has given the call up meanwhile does not get it any more. */
export async function unlessGivenUp(open: OpenToolCall): Promise<OpenToolCall> {
  if (!open.signal.aborted) return open;
  await open.failed(open.signal.reason);
  throw open.signal.reason;
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

  done(result: unknown): Promise<unknown> {
    return this.end({ outcome: 'succeeded', result });
  }

  failed(error: unknown): Promise<unknown> {
    return this.end({ outcome: 'failed', result: { error: messageOf(error) }, errorType: nameOf(error) });
  }

  lost(): Promise<unknown> {
    return this.end({ outcome: 'unknown' });
  }

  private end(end: End): Promise<unknown> {
    const { run, call, permit } = this;
    if (!this.isOpen) return OVER;
    this.isOpen = false;
    run.openToolCalls.delete(this);
    passed('tool.ended', run, call);
    const recorded = recordEnd(run, call, permit, end);
    if (end.outcome === 'failed') return this.afterFailure(recorded);
    const over = isTraced() ? recorded.then(() => passed('end.recorded', run, call)) : recorded;
    return permit.isSynced === true ? OVER : over;
  }

  private async afterFailure(recorded: Promise<unknown>): Promise<void> {
    this.run.errors += 1;
    await recorded;
    passed('end.recorded', this.run, this.call);
    await stopWorkflowIfMet(this.run);
  }
}
