import { type ControlName, SEVERITIES, type Workflow } from '@tollgate/contract';
import { v7 as uuidv7 } from 'uuid';
import { recordScope } from '../flags/event.ts';
import type { EvaluationTables } from '../flags/tables.ts';
import { cachedRequirements } from '../registrations/cached-requirements.ts';
import { requirementsOf, type WorkflowVersion } from '../registrations/read-workflow.ts';
import { suspendWithin } from '../registrations/suspend.ts';
import type { Change, ControlState } from '../state/change.ts';
import type { NotificationRow } from '../state/incident-tables.ts';
import { timeText } from '../state/time.ts';
import { newNotification } from './notification.ts';

type FlagRow = EvaluationTables['flags'];

/** The control that checks the path itself: were its flags incidents, a path that is not reached would feed itself. */
const OF_THE_PATH: ControlName = 'incident_path_reached';

/**
 * Makes an incident of a flag that just opened, or whose severity just rose, where the workflow's path begins at that
 * severity: one notification into the outbox, in the transaction of the flag. Once for each opening.
 * @param its_own whether the run's own evidence shows it: what others sent tells people, and suspends nobody's workflow
 */
export async function openIncident(
  change: Change,
  control: ControlState,
  flag: FlagRow,
  its_own: boolean,
): Promise<void> {
  if (flag.control === OF_THE_PATH) return;
  const version = await versionOf(change, flag.workflow);
  if (version === undefined) return;
  const { incident_path: path } = await cachedRequirements(change.db, version);
  if (path === null || SEVERITIES.indexOf(flag.severity) < SEVERITIES.indexOf(path.from_severity)) return;
  if (await isIncident(change, flag.flag_id)) return;
  const { workflow } = await requirementsOf(change.db, version);
  const row = incidentRow(change, version, workflow, flag);
  const { notification_id, flag_id } = { ...row, flag_id: flag.flag_id };
  const suspended =
    path.suspend_workflow &&
    its_own &&
    (await isOfWorkflow(change, flag)) &&
    (await suspendWithin(change, control, version, {
      actor: SUSPENDED_BY,
      reason: `incident: the control ${flag.control} raised a ${flag.severity} flag`,
      incident: { notification_id, flag_id, control: flag.control },
    }));
  await change.db
    .insertInto('notifications')
    .values({ ...row, suspended: suspended ? 1 : 0 })
    .execute();
  await change.record(await recordScope(change, control, flag), {
    kind: 'incident_opened',
    detail: {
      ...{ notification_id, flag_id, control: flag.control, severity: flag.severity },
      ...{ webhook: path.webhook?.host ?? null, due_at: row.due_at, suspended },
    },
  });
}

/** Who suspended, where it was no person. */
const SUSPENDED_BY = 'incident path';

/** The flag was cleared by the system: nobody has to acknowledge it any more. What is on its way is still delivered. */
export async function closeIncidents({ db, now }: Change, flag_id: string): Promise<void> {
  await db
    .updateTable('notifications')
    .set({ closed_at: timeText(now), updated_at: timeText(now) })
    .where('flag_id', '=', flag_id)
    .where('closed_at', 'is', null)
    .execute();
}

/** A person acknowledged or resolved the flag, and so its incident. */
export async function acknowledgeIncidents(
  { db, now }: Change,
  flag_id: string,
  acknowledged_by: string,
): Promise<void> {
  await db
    .updateTable('notifications')
    .set({ acknowledged_by, acknowledged_at: timeText(now), updated_at: timeText(now) })
    .where('flag_id', '=', flag_id)
    .where('closed_at', 'is', null)
    .where('acknowledged_at', 'is', null)
    .execute();
}

async function versionOf({ db }: Change, workflow: string): Promise<WorkflowVersion | undefined> {
  return db
    .selectFrom('workflows')
    .select(['workflow', 'policy_version', 'owner', 'team'])
    .where('workflow', '=', workflow)
    .executeTakeFirst();
}

async function isIncident({ db }: Change, flag_id: string): Promise<boolean> {
  const row = await db
    .selectFrom('notifications')
    .select('notification_id')
    .where('flag_id', '=', flag_id)
    .where('closed_at', 'is', null)
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Whose a run is that nobody registered, its spans only claim, and a key may claim for others: that tells people, and
 * stops nobody's workflow. It would not stop such a run either, which asks the service for nothing.
 */
async function isOfWorkflow(
  { db }: Change,
  { run_id, workflow }: Pick<FlagRow, 'run_id' | 'workflow'>,
): Promise<boolean> {
  if (run_id === null) return true;
  const run = await db
    .selectFrom('runs')
    .select('run_id')
    .where('run_id', '=', run_id)
    .where('workflow', '=', workflow)
    .executeTakeFirst();
  return run !== undefined;
}

/** A flag that is in a person's hands already (its severity rose) is told, and waits for nobody. */
function incidentRow(
  { now }: Change,
  version: WorkflowVersion,
  workflow: Workflow,
  { flag_id, control, severity, run_id, acknowledged_by }: FlagRow,
): NotificationRow {
  const about = { purpose: 'incident' as const, flag_id, control, severity, run_id };
  const row = newNotification(uuidv7(), version, workflow, about, now);
  return acknowledged_by === null ? row : { ...row, acknowledged_by, acknowledged_at: timeText(now) };
}
