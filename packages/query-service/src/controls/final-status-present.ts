import { z } from 'zod';
import { defineControl } from './control.ts';
import { EXAMPLE_TIME, EXAMPLE_WAITING_RUN, exampleRow } from './examples.ts';
import { about, claimed } from './rows.ts';

const row = z.object({
  ...claimed,
  final_statuses: z.array(z.string()),
});
type Row = z.output<typeof row>;

/** Each run that is registered or was seen, with what ended it; `since` is when the store last heard of it. */
const query = `
  WITH seen AS (
    SELECT run_id, any(workflow) AS workflow, any(policy_version) AS policy_version, any(owner) AS owner,
           any(team) AS team, groupUniqArrayIf(8)(JSONExtractString(record, 'final_status'), kind = 'run_sealed') AS statuses,
           max(received_at) AS last
    FROM evidence_records AS t WHERE t.run_id IN {runs:Array(UUID)} GROUP BY run_id
    UNION ALL
    SELECT run_id, workflow, policy_version, owner, team, [], received_at
    FROM run_registrations AS t WHERE t.run_id IN {runs:Array(UUID)}
  )
  SELECT toString(run_id) AS run_id, any(seen.workflow) AS workflow, any(seen.policy_version) AS policy_version,
         any(seen.owner) AS owner, any(seen.team) AS team, groupUniqArrayArray(statuses) AS final_statuses,
         toString(toUnixTimestamp64Nano(max(last))) AS since
  FROM seen GROUP BY run_id`;

const example = (changes: Partial<Row> = {}): Row => ({
  ...exampleRow(),
  final_statuses: ['completed'],
  ...changes,
});

export const finalStatusPresent = defineControl({
  control: 'final_status_present',
  severity: 'warning',
  description:
    'Every run ended in exactly one final status; one of which nothing was heard for an hour is stuck.',
  graceSeconds: 3600,
  clears: 'the run went on or was sealed',
  query,
  row,
  judge: (rows, context) =>
    rows
      .filter(({ final_statuses }) => final_statuses.length !== 1)
      // A run that waits for a person is not stuck.
      .filter(({ run_id, final_statuses }) => final_statuses.length > 1 || context.waiting(run_id) === 0)
      .map((each) => ({
        ...about(each, context),
        // Two different statuses are a contradiction, which no waiting mends.
        ...(each.final_statuses.length > 1 ? { since: 0n, severity: 'critical' as const } : {}),
        key: each.final_statuses.length > 1 ? 'contradictory' : 'unsealed',
        summary:
          each.final_statuses.length > 1
            ? `The run claims several final statuses: ${[...each.final_statuses].sort().join(', ')}.`
            : 'The run never ended: it has no final status, and nothing has been heard of it for an hour.',
        evidence: { final_statuses: [...each.final_statuses].sort() },
      })),
  examples: {
    passes: [
      { name: 'completed', rows: [example()] },
      { name: 'waiting for a person', rows: [example({ final_statuses: [], run_id: EXAMPLE_WAITING_RUN })] },
    ],
    fails: [
      { name: 'unsealed', rows: [example({ final_statuses: [], since: EXAMPLE_TIME - 1n })] },
      { name: 'two statuses', rows: [example({ final_statuses: ['completed', 'failed'] })] },
    ],
  },
});
