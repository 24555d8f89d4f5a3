import { GATE_STEPS, type GateStep } from '@tollgate/instrumentation';
import { SERVICE_STEPS, type ServiceStep } from '@tollgate/query-service';

/** Whom SIGKILL hits. */
export const VICTIMS = ['agent', 'service', 'both'] as const;
export type Victim = (typeof VICTIMS)[number];

/** A numbered step, and whose it is: of the gate for a call of class 2 or 3, or of the service. */
export type Place =
  | { readonly side: 'gate'; readonly actionClass: 2 | 3; readonly step: GateStep }
  | { readonly side: 'service'; readonly step: ServiceStep };

/** A call of class 2 is asked of nobody, and goes by these. */
const CLASS_2: readonly GateStep[] = [
  'call.judged',
  'intent.recording',
  'intent.recorded',
  'tool.dispatched',
  'tool.ended',
  'end.recorded',
];

/** Changes of the service that approval and dispatch consist of. Leases are the budget's, and stops another matter. */
const CHANGES = [
  'run.register',
  'run.resume',
  'approval.request',
  'approval.decide',
  'approval.break_glass',
  'approval.withdraw',
  'grant.consume',
];

/** Every step that is killed at, in order. */
export const PLACES: readonly Place[] = [
  ...GATE_STEPS.map((step): Place => ({ side: 'gate', actionClass: 3, step })),
  ...CLASS_2.map((step): Place => ({ side: 'gate', actionClass: 2, step })),
  ...SERVICE_STEPS.filter((step) => CHANGES.some((change) => step.startsWith(`${change}.`))).map(
    (step): Place => ({ side: 'service', step }),
  ),
];

export function placeName(place: Place): string {
  return place.side === 'gate' ? `class ${place.actionClass}  ${place.step}` : `service  ${place.step}`;
}
