import type { Notification } from '../api/notification-shapes.ts';
import { useNotifications } from '../api/queries.ts';
import { Chip } from '../parts/chip.tsx';
import { DueDate } from '../parts/due.tsx';
import { Facts } from '../parts/facts.tsx';
import { Panel } from '../parts/page.tsx';
import { Shown } from '../parts/shown.tsx';
import { Utc } from '../parts/utc.tsx';

/** Whether the incident path of a flag was reached and acknowledged; nothing where it is no incident. */
export function FlagIncident({ flagId }: { readonly flagId: string }) {
  const newest = useNotifications(flagId).data?.items[0];
  if (newest === undefined) return null;
  return (
    <Panel id="incident" title="Incident path" aside={<Chip of="notification_state" word={newest.state} />}>
      <Facts items={factsOf(newest)} />
    </Panel>
  );
}

function factsOf(one: Notification) {
  const { webhook, attempts, due_at, acknowledged_by, acknowledged_at, closed_at } = one;
  const answered = acknowledged_at !== null || closed_at !== null;
  return {
    'Told to':
      webhook === null ? (
        'nobody but who looks here: the workflow file names no webhook'
      ) : (
        <>
          <Shown text={webhook.host} /> ({webhook.kind})
        </>
      ),
    Delivered: one.state === 'delivered' ? optionalTime(one.settled_at) : undefined,
    'Given up': one.state === 'given_up' ? optionalTime(one.settled_at) : undefined,
    Attempts: webhook === null ? undefined : attemptsText(attempts),
    'Next attempt': optionalTime(one.next_attempt_at),
    'To be acknowledged by': <DueDate iso={due_at} done={answered} />,
    Acknowledged:
      acknowledged_at === null ? undefined : acknowledged(acknowledged_by, acknowledged_at, due_at),
    'No longer needed since': optionalTime(closed_at),
    'The workflow': one.suspended ? 'was suspended by it' : undefined,
  };
}

const optionalTime = (iso: string | null) => (iso === null ? undefined : <Utc iso={iso} form="second" />);

function attemptsText(attempts: Notification['attempts']) {
  const last = attempts.at(-1);
  if (last === undefined) return 'none yet';
  const outcome = last.status === null ? last.outcome.replaceAll('_', ' ') : `status ${last.status}`;
  return <Shown text={`${attempts.length}, the last: ${outcome}`} />;
}

function acknowledged(by: string | null, at: string, due_at: string) {
  return (
    <>
      {by !== null && (
        <>
          by <Shown text={by} />{' '}
        </>
      )}
      at <Utc iso={at} form="second" />, {Date.parse(at) <= Date.parse(due_at) ? 'in time' : 'too late'}
    </>
  );
}
