import { channel } from 'node:diagnostics_channel';

/** `node:diagnostics_channel` of the steps below: for those who trace a gate, and for fault injection. */
export const GATE_STEP_CHANNEL = 'tollgate.gate.step';

/** The steps of one call through the gate, in order; a call of class 1 or 2 goes from the first to `intent.recording`. */
export const GATE_STEPS = [
  'call.judged',
  'approval.requesting',
  'approval.requested',
  'approval.waiting_recorded',
  'approval.decided',
  'call.judged_again',
  'grant.consuming',
  'grant.consumed',
  'intent.recording',
  'intent.recorded',
  'tool.dispatched',
  'tool.ended',
  'end.recorded',
] as const;
export type GateStep = (typeof GATE_STEPS)[number];

/** What a subscriber gets, synchronously. */
export interface GateStepMessage {
  readonly step: GateStep;
  readonly runId: string;
  readonly callId: string;
  readonly tool: string;
}

const steps = channel(GATE_STEP_CHANNEL);

/** Whether anybody hears of steps. */
export function isTraced(): boolean {
  return steps.hasSubscribers;
}

export function passed(
  step: GateStep,
  run: { readonly id: string },
  call: { readonly id: string; readonly tool: { readonly name: string } },
): void {
  if (!steps.hasSubscribers) return;
  steps.publish({ step, runId: run.id, callId: call.id, tool: call.tool.name } satisfies GateStepMessage);
}
