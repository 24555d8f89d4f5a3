import { channel } from 'node:diagnostics_channel';
import { TollgateError } from '@tollgate/contract';
import { type Change, type ControlState, changeOrRefuse } from './state/change.ts';

/** `node:diagnostics_channel` of the steps below: for operators who trace them, and for fault injection. */
export const SERVICE_STEP_CHANNEL = 'tollgate.service.step';

/** Changes that decide what may run. Each has the same three moments. */
const STEPPED_CHANGES = [
  'run.register',
  'run.resume',
  'workflow.stop',
  'approval.request',
  'approval.decide',
  'approval.break_glass',
  'approval.withdraw',
  'grant.consume',
  'lease.grant',
  'lease.settle',
] as const;
type SteppedChange = (typeof STEPPED_CHANGES)[number];

/**
 * `begun`: inside the transaction, nothing written yet; `before_commit`: everything written, nothing durable;
 * `committed`: durable, nobody told. A change that is refused or fails has no further step.
 */
const MOMENTS = ['begun', 'before_commit', 'committed'] as const;
export type ServiceStep = `${SteppedChange}.${(typeof MOMENTS)[number]}`;

/** Every step that is published, in order. */
export const SERVICE_STEPS: readonly ServiceStep[] = STEPPED_CHANGES.flatMap((change) =>
  MOMENTS.map((moment): ServiceStep => `${change}.${moment}`),
);

/** What a subscriber gets, synchronously. */
export interface StepMessage {
  readonly step: ServiceStep;
  readonly run_id?: string;
  readonly approval_id?: string;
}

type About = Omit<StepMessage, 'step'>;

const steps = channel(SERVICE_STEP_CHANNEL);

function publish(step: ServiceStep, about: About): void {
  if (steps.hasSubscribers) steps.publish({ step, ...about } satisfies StepMessage);
}

/** As `changeOrRefuse`, with the steps of this change published on the way. `told` adds what only the result knows. */
export async function steppedChange<T>(
  control: Pick<ControlState, 'change'>,
  name: SteppedChange,
  about: About,
  work: (change: Change) => Promise<T | TollgateError>,
  told: (result: T) => About = () => ({}),
): Promise<T> {
  const result = await changeOrRefuse<T>(control, async (change) => {
    publish(`${name}.begun`, about);
    const outcome = await work(change);
    if (!(outcome instanceof TollgateError)) publish(`${name}.before_commit`, { ...about, ...told(outcome) });
    return outcome;
  });
  publish(`${name}.committed`, { ...about, ...told(result) });
  return result;
}
