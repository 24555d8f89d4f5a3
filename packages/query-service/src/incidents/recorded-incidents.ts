import type { RecordedIncident } from '../controls/control.ts';
import { workflowLedger } from '../records/workflow-ledger.ts';
import type { ControlState } from '../state/change.ts';
import type { NotificationRow } from '../state/incident-tables.ts';

/** Incidents of some runs, and of the workflows whose own chains are among them, by notification. */
export async function recordedIncidents(
  { db, writer }: Pick<ControlState, 'db' | 'writer'>,
  run_ids: readonly string[],
): Promise<ReadonlyMap<string, RecordedIncident>> {
  if (run_ids.length === 0) return new Map();
  const runs = new Set(run_ids);
  const versions = await db
    .selectFrom('workflows')
    .select(['workflow', 'policy_version', 'owner', 'team'])
    .execute();
  const workflows = versions
    .filter((version) => runs.has(workflowLedger({ writer }, version).run_id))
    .map(({ workflow }) => workflow);
  const rows = await db
    .selectFrom('notifications')
    .selectAll()
    .where('purpose', '=', 'incident')
    .where(({ eb, and, or }) =>
      or([
        eb('run_id', 'in', [...run_ids]),
        and([eb('run_id', 'is', null), eb('workflow', 'in', ['', ...workflows])]),
      ]),
    )
    .execute();
  return new Map(rows.map((row) => [row.notification_id, recorded(row)]));
}

function recorded(row: NotificationRow): RecordedIncident {
  const { run_id, flag_id, control, url, state, settled_at, acknowledged_at } = row;
  const at = (time: string | null) => (time === null ? undefined : BigInt(time));
  return {
    ...{
      run_id,
      flag_id,
      control: control ?? '',
      due_at: BigInt(row.due_at),
      closed: row.closed_at !== null,
    },
    webhook: url === null ? null : new URL(url).host,
    delivered_at: state === 'delivered' ? at(settled_at) : undefined,
    given_up_at: state === 'given_up' ? at(settled_at) : undefined,
    acknowledged_at: at(acknowledged_at),
  };
}
