import { v5 as uuidv5 } from 'uuid';
import type { ControlState, RecordScope } from '../state/change.ts';

/**
 * What happens to a workflow and not to one run of it (registration, suspension) has a chain of its own. Its `run_id`
 * is derived from the installation and the workflow's name, so that a verifier can find it.
 */
export function workflowLedger(
  { writer }: Pick<ControlState, 'writer'>,
  version: Omit<RecordScope, 'run_id'>,
): RecordScope {
  const { workflow, policy_version, owner, team } = version;
  return { run_id: uuidv5(`workflow:${workflow}`, writer), workflow, policy_version, owner, team };
}

/** The same for what belongs to no workflow: people, their tokens, and agents' keys. */
export function installationLedger({ writer }: Pick<ControlState, 'writer'>, owner: string): RecordScope {
  return {
    run_id: uuidv5('installation', writer),
    workflow: 'installation',
    policy_version: 'none',
    owner,
    team: '*',
  };
}
