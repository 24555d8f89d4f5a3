import { incidentPath, type Severity, TollgateError, type Workflow } from '@tollgate/contract';
import type { WorkflowVersion } from '../registrations/read-workflow.ts';
import type { NotificationRow } from '../state/incident-tables.ts';
import { seconds, timeText } from '../state/time.ts';

/** How long a delivery is tried. Whoever sends a test waits for it, and wants to send another once the path is mended. */
const GIVE_UP_SECONDS = { incident: 24 * 3600, test: 600 } as const;

/** What it is about; a test is about no flag. */
type About = Pick<NotificationRow, 'purpose' | 'flag_id' | 'control' | 'run_id'> & {
  readonly severity: Severity;
};

/** A notification as it goes into the outbox. @throws TollgateError `conflict` where the file names no path */
export function newNotification(
  notification_id: string,
  { workflow, policy_version, owner, team }: WorkflowVersion,
  file: Workflow,
  about: About,
  now: bigint,
): NotificationRow {
  const path = incidentPath(file);
  if (path === null) throw new TollgateError('conflict', 'The workflow file names no incident path.');
  const url = file.incident?.webhook ?? null;
  const opened_at = timeText(now);
  return {
    ...{ notification_id, ...about, workflow, policy_version, owner, team },
    ...{ url, kind: path.webhook?.kind ?? 'standard' },
    ...{ opened_at, updated_at: opened_at, attempts: 0, suspended: 0 },
    due_at: timeText(now + seconds(path.acknowledge_within_seconds)),
    give_up_at: timeText(now + seconds(GIVE_UP_SECONDS[about.purpose])),
    ...(url === null
      ? { state: 'unsent', next_attempt_at: null }
      : { state: 'waiting', next_attempt_at: opened_at }),
    ...{ settled_at: null, acknowledged_by: null, acknowledged_at: null, closed_at: null },
  };
}
