import { type Reason, TollgateError } from '@tollgate/contract';
import { v7 as uuidv7 } from 'uuid';
import type { Deps } from '../deps.ts';
import type { PersonIdentity } from '../identity/identity.ts';
import { suspensionRow } from '../records/rows.ts';
import { workflowLedger } from '../records/workflow-ledger.ts';
import type { Change } from '../state/change.ts';
import { timeText } from '../state/time.ts';
import { currentVersion, type WorkflowVersion } from './read-workflow.ts';
import { requireOwner } from './require-owner.ts';

/** Stops every tool of the workflow from its next call on. @throws TollgateError `conflict` where it is suspended already */
export async function suspendWorkflow(
  { control }: Pick<Deps, 'control'>,
  person: PersonIdentity,
  workflow: string,
  reason: string,
): Promise<void> {
  await control.change(async (change) => {
    const version = await currentVersion(change.db, workflow);
    requireOwner(person, version, 'suspends or resumes a workflow');
    if (!(await suspendWithin(change, control, version, { actor: person.name, reason })))
      throw new TollgateError('conflict', 'The workflow is suspended already.');
  });
}

interface Suspending {
  readonly actor: string;
  readonly reason: string;
  /** Set where no person but a stop condition of a run did it. */
  readonly stopped?: { readonly reason: Reason; readonly field: string; readonly run_id: string };
  /** Set where an incident did it. */
  readonly incident?: {
    readonly notification_id: string;
    readonly flag_id: string;
    readonly control: string;
  };
}

/** @returns false where it is suspended already, and nothing changed */
export async function suspendWithin(
  change: Change,
  control: Pick<Deps['control'], 'writer'>,
  version: WorkflowVersion,
  { actor, reason, stopped, incident }: Suspending,
): Promise<boolean> {
  const { db, now } = change;
  const { workflow } = version;
  const suspension_id = uuidv7();
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('suspensions')
    .values({ suspension_id, workflow, suspended_by: actor, suspended_at: timeText(now), reason })
    .onConflict((conflict) => conflict.column('workflow').where('resumed_at', 'is', null).doNothing())
    .executeTakeFirst();
  if (numInsertedOrUpdatedRows !== 1n) return false;
  const scope = workflowLedger(control, version);
  const { reason: why, ...about } = stopped ?? { reason: undefined };
  const { hash } = await change.record(scope, {
    ...{ kind: 'suspended', actor, detail: { suspension_id, reason, ...about, ...incident } },
    ...(why === undefined ? {} : { reason: why }),
  });
  const event = { event: 'suspended', suspension_id, scope, actor, reason, now, hash } as const;
  await change.row('suspensions', suspensionRow(event));
  return true;
}

/** Lets it go on. @throws TollgateError `conflict` where it is not suspended */
export async function resumeWorkflow(
  { control }: Pick<Deps, 'control'>,
  person: PersonIdentity,
  workflow: string,
  reason: string,
): Promise<void> {
  await control.change(async (change) => {
    const version = await currentVersion(change.db, workflow);
    requireOwner(person, version, 'suspends or resumes a workflow');
    const live = await change.db
      .updateTable('suspensions')
      .set({ resumed_by: person.name, resumed_at: timeText(change.now), resume_reason: reason })
      .where('workflow', '=', workflow)
      .where('resumed_at', 'is', null)
      .returning('suspension_id')
      .executeTakeFirst();
    if (live === undefined) throw new TollgateError('conflict', 'The workflow is not suspended.');
    const scope = workflowLedger(control, version);
    const detail = { ...live, reason };
    const { hash } = await change.record(scope, { kind: 'resumed', actor: person.name, detail });
    const event = {
      event: 'resumed',
      ...live,
      scope,
      actor: person.name,
      reason,
      now: change.now,
      hash,
    } as const;
    await change.row('suspensions', suspensionRow(event));
  });
}
