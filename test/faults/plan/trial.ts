import type { GateStep } from '@tollgate/instrumentation';
import type { Place, Victim } from './steps.ts';

/** One SIGKILL, or two at once. */
export interface Strike {
  readonly victim: Victim;
  /** At a step, the moment it is passed; or so many milliseconds after it; or by the clock alone, whatever happens then. */
  readonly when:
    | { readonly kind: 'step'; readonly place: Place; readonly nth: number }
    | { readonly kind: 'after_step'; readonly place: Place; readonly nth: number; readonly afterMs: number }
    /** A share of the time that an undisturbed run takes. */
    | { readonly kind: 'clock'; readonly share: number };
  /** What is started first when both have died. */
  readonly restart: 'service_first' | 'agent_first' | 'together';
  /** How long the dead stay dead. */
  readonly downMs: number;
}

/** What people do about the calls of a trial. */
export const APPROVERS = [
  'approves',
  'approves_late',
  'refuses',
  'lets_expire',
  'approves_and_it_lapses',
  'agent_withdraws',
  'withdrawn_while_approved',
  'breaks_glass',
] as const;
export type Approver = (typeof APPROVERS)[number];

/** Something that the agent wants done once. Two of the same tool and arguments are wanted twice. */
export interface Wanted {
  readonly callId: string;
  readonly tool: 'set_status' | 'send_reply' | 'send_soon';
  readonly args: Readonly<Record<string, string>>;
  /** The agent thinks better of it so many milliseconds after it began to wait. */
  readonly withdrawAfterMs?: number;
  /** Or at this step of the gate, before anything else happens. */
  readonly withdrawAt?: GateStep;
}

/** Violations, planted so that the checks have to find them. */
export type Sabotage =
  | 'executes_twice'
  | 'skips_receipt'
  | 'skips_intent'
  | 'hides_refusal'
  | 'resumes_by_hand'
  | 'loses_outbox';

export interface Trial {
  readonly id: number;
  readonly wanted: readonly Wanted[];
  readonly parallel: boolean;
  readonly approver: Approver;
  readonly strikes: readonly Strike[];
  /** Whether a process that goes on with the run calls its calls what the one before did. */
  readonly callIds: 'same' | 'other';
  /** Nobody takes evidence while the trial lasts: everything stays in the outbox. */
  readonly collectorAway: boolean;
  readonly sabotage?: Sabotage;
}
