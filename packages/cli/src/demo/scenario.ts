import type { Escalation, Fact } from '@tollgate/instrumentation';
import type { PersonName } from './people.ts';
import type { Step } from './script.ts';
import type { World } from './world/world.ts';

export const WORKFLOWS = [
  'engineering-pr-context',
  'support-triage-and-reply',
  'product-requirements',
  'ops-checks-and-deploy',
  'sales-account-research',
] as const;
export type WorkflowName = (typeof WORKFLOWS)[number];

/** The model that a scenario's script plays. The provider and model names decide the price; the answers are scripted. */
export interface ScenarioModel {
  readonly provider: string;
  readonly model: string;
}

/** What a person answers to the scenario's one request for approval. */
export interface HumanDecision {
  readonly by: PersonName;
  readonly decision: 'approve' | 'refuse';
  readonly reason: string;
}

/** One run of one department's agent: what it is asked, what its model answers, and what people do. */
export interface Scenario {
  readonly name: string;
  /** What there is to see, in one sentence. */
  readonly story: string;
  readonly workflow: WorkflowName;
  /** A person, whose token proves it; or the name of a schedule, which stays a claim. */
  readonly startedBy: PersonName | `schedule:${string}`;
  readonly model: ScenarioModel;
  readonly prompt: string;
  readonly script: readonly Step[];
  /** What the answer states, and what each statement rests on. */
  readonly facts?: readonly Fact[];
  /** The agent hands over to a person. */
  readonly escalation?: Escalation;
  readonly approval?: HumanDecision;
  /** The owner decides to undo the run once it has ended, and undoes it with their own hands. */
  readonly rollback?: {
    readonly by: PersonName;
    readonly reason: string;
    readonly undo: (world: World) => Promise<unknown>;
  };
  /** A reviewer looks at the run's samples. */
  readonly review?: {
    readonly by: PersonName;
    readonly verdict: 'acceptable' | 'needs_correction';
    readonly note: string;
  };
}
