import { TollgateError } from '@tollgate/contract';
import type { Deps } from '../deps.ts';
import type { PersonIdentity } from '../identity/identity.ts';
import { requireTeam } from '../identity/require.ts';
import { installationLedger, workflowLedger } from '../records/workflow-ledger.ts';
import { currentVersion } from '../registrations/read-workflow.ts';
import { hiddenAmong } from '../runs/hidden-among.ts';
import { findRun } from '../runs/read-runs.ts';
import type { RecordScope } from '../state/change.ts';

/** What a hold or an erasure is about, and whose: with the chain that a record about it belongs to. */
export interface Subject {
  readonly run_id: string | null;
  readonly workflow: string;
  readonly policy_version: string;
  readonly owner: string;
  readonly team: string;
  readonly scope: RecordScope;
}

/**
 * One run. What the service never registered has no chain of the service's; a record about it goes to the installation's.
 * @throws TollgateError `not_found`, also for another team's
 */
export async function runSubject(
  deps: Pick<Deps, 'control' | 'store'>,
  person: PersonIdentity,
  run_id: string,
): Promise<Subject> {
  const registered = await deps.control.db
    .selectFrom('runs')
    .select(['workflow', 'policy_version', 'owner', 'team'])
    .where('run_id', '=', run_id)
    .executeTakeFirst();
  if (registered !== undefined) {
    requireTeam(person, registered.team);
    if ((await hiddenAmong(deps, person, [run_id])).length > 0) throw new TollgateError('not_found');
    return { run_id, ...registered, scope: { run_id, ...registered } };
  }
  const { workflow, policy_version, owner, team } = (await findRun(deps, person, run_id)).row;
  const scope = installationLedger(deps.control, person.name);
  return { ...{ run_id, workflow, policy_version, owner, team }, scope };
}

/** A workflow as it is now. @throws TollgateError `workflow_not_registered`, `not_found` for another team's */
export async function workflowSubject(
  { control }: Pick<Deps, 'control'>,
  person: PersonIdentity,
  workflow: string,
): Promise<Subject> {
  const version = await currentVersion(control.db, workflow);
  requireTeam(person, version.team);
  return { run_id: null, ...version, scope: workflowLedger(control, version) };
}
