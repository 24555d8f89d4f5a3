import { z } from 'zod';
import { defineControl, type Finding, type JudgeContext, type RecordedIncident } from './control.ts';
import { exampleRow } from './examples.ts';
import { RUNS_WITH_RARE_RECORDS } from './rare-records.ts';
import { about, claimed } from './rows.ts';

const row = z.object({ ...claimed, notification_id: z.string() });
type Row = z.output<typeof row>;

/** Every incident, as the service recorded it; what became of it is what the service knows now. */
const query = `
  SELECT toString(run_id) AS run_id, workflow, policy_version, owner, team,
         JSONExtractString(record, 'detail', 'notification_id') AS notification_id,
         toString(toUnixTimestamp64Nano(received_at)) AS since
  FROM service_records AS t
  WHERE t.run_id IN {runs:Array(UUID)} AND kind = 'incident_opened'`;

const example = (notification_id: string): Row => ({ ...exampleRow(), notification_id });

export const incidentPathReached = defineControl({
  control: 'incident_path_reached',
  severity: 'critical',
  description:
    'Each incident was delivered to the webhook that its workflow names and acknowledged by a person, both in time. Where the file names no webhook, the acknowledgement is what counts.',
  // The time that the file gives is all the time there is.
  graceSeconds: 0,
  clears: 'the flag that was the incident was cleared, so that nobody had to be reached',
  query,
  suspects: RUNS_WITH_RARE_RECORDS,
  row,
  judge: (rows, context) => rows.flatMap((each) => findingOf(each, context)),
  examples: {
    passes: [
      { name: 'delivered and acknowledged in time', rows: [example('in-time')] },
      { name: 'acknowledged in time, where there is no webhook', rows: [example('no-webhook')] },
      { name: 'cleared before anybody answered', rows: [example('cleared')] },
      { name: 'not one of this service', rows: [example('unknown')] },
    ],
    fails: [
      { name: 'delivered, and nobody answered', rows: [example('unanswered')] },
      { name: 'delivered, and answered too late', rows: [example('answered-late')] },
      { name: 'answered in time by chance: the webhook was not reached', rows: [example('not-reached')] },
      { name: 'delivered too late', rows: [example('delivered-late')] },
      { name: 'given up', rows: [example('given-up')] },
    ],
  },
});

function findingOf(each: Row, context: JudgeContext): Finding[] {
  const incident = context.incident(each.notification_id);
  if (incident === undefined || incident.closed) return [];
  const { due_at, webhook, delivered_at, acknowledged_at, given_up_at, flag_id, control } = incident;
  const reached = webhook === null || isBy(delivered_at, due_at);
  const acknowledged = isBy(acknowledged_at, due_at);
  if (reached && acknowledged) return [];
  return [
    {
      ...about(each, context),
      run_id: incident.run_id,
      judged_with: each.run_id,
      key: each.notification_id,
      // Nothing can be missing before the time is over, unless delivery was given up.
      since: isBy(given_up_at, due_at) ? given_up_at : due_at + 1n,
      summary: `The incident of ${control} was not ${missing(reached, acknowledged)} by ${when(due_at)}.`,
      evidence: {
        ...{ notification_id: each.notification_id, flag_id, control, webhook },
        ...{ reached, acknowledged, given_up: given_up_at !== undefined },
      },
    },
  ];
}

const isBy = (at: bigint | undefined, due_at: RecordedIncident['due_at']): at is bigint =>
  at !== undefined && at <= due_at;

const missing = (reached: boolean, acknowledged: boolean): string =>
  [...(reached ? [] : ['delivered']), ...(acknowledged ? [] : ['acknowledged'])].join(' or ');

/** ISO time to the second, for sentences. */
const when = (nanos: bigint) => `${new Date(Number(nanos / 1_000_000n)).toISOString().slice(0, 19)}Z`;
