import { TollgateError } from '@tollgate/contract';
import type { Kysely } from 'kysely';
import type { AgentIdentity } from '../identity/identity.ts';
import type { ControlTables } from '../state/tables.ts';
import { versionForAgent, type WorkflowVersion } from './read-workflow.ts';

type Run = ControlTables['runs'];

/**
 * A run that the agent's principal registered, with the version of its workflow in force.
 * @throws TollgateError `not_found` for any other run, `forbidden` where the key is not for its workflow
 */
export async function runOfAgent(
  db: Pick<Kysely<ControlTables>, 'selectFrom'>,
  agent: AgentIdentity,
  run_id: string,
): Promise<{ readonly run: Run; readonly current: WorkflowVersion }> {
  const run = await db.selectFrom('runs').selectAll().where('run_id', '=', run_id).executeTakeFirst();
  if (run === undefined || run.principal !== agent.name || run.team !== agent.teams[0])
    throw new TollgateError('not_found', 'No run of yours is registered with that run_id.');
  return { run, current: await versionForAgent(db, agent, run.workflow) };
}
