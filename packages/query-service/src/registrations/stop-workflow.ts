import { type Heartbeat, type StopRequest, TollgateError } from '@tollgate/contract';
import type { Deps } from '../deps.ts';
import type { AgentIdentity } from '../identity/identity.ts';
import { steppedChange } from '../steps.ts';
import { runOfAgent } from './run-of-agent.ts';
import { suspendWithin } from './suspend.ts';

/**
 * An agent suspends its own workflow because a stop condition of it is met; only a person lets it go on. Several
 * processes may notice at once: where it is suspended already, that is what was asked for.
 * @throws TollgateError `not_found` for a run that is not the key's, or not of this workflow
 */
export async function stopWorkflow(
  { control }: Pick<Deps, 'control'>,
  agent: AgentIdentity,
  workflow: string,
  { run_id, reason, field, detail }: StopRequest,
): Promise<Heartbeat> {
  return steppedChange<Heartbeat>(control, 'workflow.stop', { run_id }, async (change) => {
    const { run, current } = await runOfAgent(change.db, agent, run_id);
    if (run.workflow !== workflow) return new TollgateError('not_found');
    const suspension = { actor: agent.name, reason: `${field}: ${detail}` };
    await suspendWithin(change, control, current, { ...suspension, stopped: { reason, field, run_id } });
    return { workflow, policy_version: current.policy_version, suspended: true };
  });
}
