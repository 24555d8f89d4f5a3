import { compareUsd } from '@tollgate/contract';
import type { GovernedRun } from './governed-run.ts';

interface MetCondition {
  /** As the workflow file names it. */
  readonly field: `stops_when.${'denials' | 'errors' | 'spend_usd'}`;
  readonly detail: string;
}

/** The stop condition of the workflow that this run meets, if any. */
export function metCondition(run: GovernedRun): MetCondition | undefined {
  const { denials, errors, spend_usd: spend } = run.process.policy.stops_when;
  if (run.denials >= denials)
    return { field: 'stops_when.denials', detail: `${run.denials} denials in one run` };
  if (run.errors >= errors) return { field: 'stops_when.errors', detail: `${run.errors} errors in one run` };
  if (spend !== undefined && compareUsd(run.budget.spent(), spend) >= 0)
    return { field: 'stops_when.spend_usd', detail: `${run.budget.spent()} USD spent in one run` };
  return undefined;
}

/** Where the workflow says so, a met condition stops every run of it, in every process: the service is told, once. */
export async function stopWorkflowIfMet(run: GovernedRun): Promise<void> {
  const { policy, client, heartbeat, problem } = run.process;
  if (!policy.stops_when.suspend_workflow || run.stopped) return;
  const met = metCondition(run);
  if (met === undefined) return;
  run.stopped = true;
  const answer = await client.stopWorkflow(policy.workflow, {
    run_id: run.id,
    reason: 'stop_condition',
    ...met,
  });
  heartbeat.distrust();
  if (answer.kind === 'ok') return;
  run.stopped = false;
  problem(`${policy.workflow} met ${met.field}, and the service could not be told to suspend it`);
}
