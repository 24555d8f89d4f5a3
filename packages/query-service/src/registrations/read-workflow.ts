import {
  type Requirements,
  requirements,
  TollgateError,
  validateWorkflow,
  type Workflow,
} from '@tollgate/contract';
import type { Kysely } from 'kysely';
import type { AgentIdentity } from '../identity/identity.ts';
import type { ControlTables } from '../state/tables.ts';

export interface WorkflowVersion {
  readonly workflow: string;
  readonly policy_version: string;
  readonly owner: string;
  readonly team: string;
}

type Reader = Pick<Kysely<ControlTables>, 'selectFrom'>;

/** The current version. @throws TollgateError `workflow_not_registered` */
export async function currentVersion(db: Reader, workflow: string): Promise<WorkflowVersion> {
  const row = await db
    .selectFrom('workflows')
    .select(['workflow', 'policy_version', 'owner', 'team'])
    .where('workflow', '=', workflow)
    .executeTakeFirst();
  if (row === undefined) throw new TollgateError('workflow_not_registered');
  return row;
}

/**
 * The current version of a workflow that this key may run.
 * @throws TollgateError `forbidden` where the key is not for it, `workflow_not_registered` also for one of another team
 */
export async function versionForAgent(
  db: Reader,
  agent: AgentIdentity,
  workflow: string,
): Promise<WorkflowVersion> {
  if (!agent.workflows.some((one) => one === '*' || one === workflow))
    throw new TollgateError('forbidden', `This key is not for the workflow ${workflow}.`);
  const version = await currentVersion(db, workflow);
  if (version.team !== agent.teams[0]) throw new TollgateError('workflow_not_registered');
  return version;
}

export async function isSuspended(db: Reader, workflow: string): Promise<boolean> {
  const row = await db
    .selectFrom('suspensions')
    .select('suspension_id')
    .where('workflow', '=', workflow)
    .where('resumed_at', 'is', null)
    .executeTakeFirst();
  return row !== undefined;
}

/** The requirements of one version, computed from the registered file each time: what is stored beside it is for reading. */
export async function requirementsOf(
  db: Reader,
  { workflow, policy_version }: Pick<WorkflowVersion, 'workflow' | 'policy_version'>,
): Promise<{ requirements: Requirements; workflow: Workflow }> {
  const row = await db
    .selectFrom('workflow_versions')
    .select('document')
    .where('workflow', '=', workflow)
    .where('policy_version', '=', policy_version)
    .executeTakeFirst();
  if (row === undefined) throw new TollgateError('policy_not_registered');
  const parsed = validateWorkflow(JSON.parse(row.document));
  if (parsed.kind === 'invalid')
    throw new TollgateError('internal', `The stored version of ${workflow} does not parse.`);
  const computed = requirements(parsed.workflow);
  if (computed.policy_version !== policy_version)
    throw new TollgateError('internal', `The stored version of ${workflow} is not what its digest says.`);
  return { requirements: computed, workflow: parsed.workflow };
}
