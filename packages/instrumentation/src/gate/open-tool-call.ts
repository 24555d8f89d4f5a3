import type { JsonValue } from '@tollgate/contract';
import { nowNs } from '../evidence/clock.ts';
import type { GovernedRun } from '../run/governed-run.ts';
import { stopWorkflowIfMet } from '../run/stop-conditions.ts';
import { type Finish, finishEntry, type Ruling } from './entries.ts';
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

export function dispatched(run: GovernedRun, call: Call, ruling: Ruling): OpenToolCall {
  const startNs = nowNs();
  let isOpen = true;
  const end = async (finish: Pick<Finish, 'outcome' | 'result' | 'errorType'>) => {
    if (!isOpen) return;
    isOpen = false;
    run.openToolCalls.delete(open);
    if (finish.outcome === 'failed') run.errors += 1;
    passed('tool.ended', run, call);
    await run.evidence.write(finishEntry(call, ruling, { ...finish, startNs, endNs: nowNs() }));
    passed('end.recorded', run, call);
    if (finish.outcome === 'failed') await stopWorkflowIfMet(run);
  };
  const open: OpenToolCall = {
    callId: call.id,
    args: call.value ?? null,
    signal: call.signal,
    done: (result) => end({ outcome: 'succeeded', result }),
    failed: (error) =>
      end({ outcome: 'failed', result: { error: messageOf(error) }, errorType: nameOf(error) }),
    lost: () => end({ outcome: 'unknown' }),
  };
  run.openToolCalls.add(open);
  passed('tool.dispatched', run, call);
  return open;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'error';
}
