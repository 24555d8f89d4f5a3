import {
  parseWorkflow,
  type Requirements,
  requirements,
  TollgateError,
  type Workflow,
} from '@tollgate/contract';
import type { Deps } from '../deps.ts';
import type { PersonIdentity } from '../identity/identity.ts';
import { requireTeam } from '../identity/require.ts';
import { workflowRegistrationRow } from '../records/rows.ts';
import { workflowLedger } from '../records/workflow-ledger.ts';
import type { Change } from '../state/change.ts';
import { timeText } from '../state/time.ts';

/**
 * Registers a workflow file as the current version of its workflow. The same file again changes nothing.
 * @throws TollgateError `invalid_workflow` with issues by line, `forbidden` unless the person owns it or is an admin
 */
export async function registerWorkflow(
  { control }: Pick<Deps, 'control'>,
  person: PersonIdentity,
  yaml: string,
): Promise<{ requirements: Requirements; registered: boolean }> {
  const parsed = parseWorkflow(yaml);
  if (parsed.kind === 'invalid')
    throw new TollgateError('invalid_workflow', undefined, { issues: parsed.issues });
  const { workflow } = parsed;
  const required = requirements(workflow);
  const registered = await control.change(async (change) => {
    const current = await change.db
      .selectFrom('workflows')
      .selectAll()
      .where('workflow', '=', workflow.workflow)
      .executeTakeFirst();
    mayRegister(person, workflow, current);
    if (current?.policy_version === required.policy_version) return false;
    await store(change, person, { yaml, workflow, required });
    const scope = workflowLedger(control, versionOf(workflow, required));
    const { hash } = await change.record(scope, {
      kind: 'workflow_registered',
      actor: person.name,
      detail: { replaces: current?.policy_version ?? null },
    });
    await change.row(
      'workflow_registrations',
      workflowRegistrationRow({ scope, document: workflow, actor: person.name, now: change.now, hash }),
    );
    return true;
  });
  return { requirements: required, registered };
}

/** An admin, or the owner of both the file and what it replaces: nobody takes a workflow over by naming himself in a file. */
function mayRegister(
  person: PersonIdentity,
  file: Workflow,
  current: { owner: string; team: string } | undefined,
): void {
  for (const team of [file.team, current?.team]) if (team !== undefined) requireTeam(person, team);
  if (person.roles.includes('admin')) return;
  const owners = [file.owner.email.toLowerCase(), current?.owner].filter((owner) => owner !== undefined);
  if (owners.some((owner) => owner !== person.name))
    throw new TollgateError('forbidden', 'Only its owner or an admin registers a workflow.');
}

const versionOf = (file: Workflow, { policy_version }: Requirements) => ({
  workflow: file.workflow,
  policy_version,
  owner: file.owner.email.toLowerCase(),
  team: file.team,
});

async function store(
  { db, now }: Change,
  person: PersonIdentity,
  { yaml, workflow: file, required }: { yaml: string; workflow: Workflow; required: Requirements },
): Promise<void> {
  const version = versionOf(file, required);
  const registered_at = timeText(now);
  const { workflow: _, ...current } = { ...version, registered_at };
  await db
    .insertInto('workflows')
    .values({ ...version, registered_at })
    .onConflict((conflict) => conflict.column('workflow').doUpdateSet(current))
    .execute();
  // A version that was registered before stays as it was: it only becomes the current one again.
  await db
    .insertInto('workflow_versions')
    .values({
      ...version,
      yaml,
      document: JSON.stringify(file),
      requirements: JSON.stringify(required),
      registered_by: person.name,
      registered_at,
    })
    .onConflict((conflict) => conflict.columns(['workflow', 'policy_version']).doNothing())
    .execute();
}
