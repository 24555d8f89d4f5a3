import { z } from 'zod';
import { defineControl, type Finding, type JudgeContext } from './control.ts';
import {
  EXAMPLE_NEXT_WRITER,
  EXAMPLE_RESUMED_RUN,
  EXAMPLE_TIME,
  EXAMPLE_WAITING_RUN,
  EXAMPLE_WRITER,
  exampleRow,
} from './examples.ts';
import { about, claimed } from './rows.ts';

const row = z.object({
  ...claimed,
  /** Whom the key speaks for that sent it; empty of what the service knows. */
  principal: z.string(),
  /** Every final status that was sealed, with the writer that sealed it. */
  seals: z.array(z.tuple([z.string(), z.string()])),
});
type Row = z.output<typeof row>;

/** Each run that is registered or was seen, with what ended it, by whose key; `since` is when the store last heard of it. */
const query = `
  WITH seen AS (
    SELECT run_id, toString(principal) AS principal, any(workflow) AS workflow, any(policy_version) AS policy_version, any(owner) AS owner, any(team) AS team,
           groupUniqArrayIf(64)((toString(writer), JSONExtractString(record, 'final_status')), kind = 'run_sealed') AS sealed,
           max(received_at) AS last
    FROM evidence_records AS t WHERE t.run_id IN {runs:Array(UUID)} GROUP BY run_id, principal
    UNION ALL
    SELECT run_id, '', workflow, policy_version, owner, team, CAST([], 'Array(Tuple(String, String))'), received_at
    FROM run_registrations AS t WHERE t.run_id IN {runs:Array(UUID)}
  )
  SELECT toString(run_id) AS run_id, seen.principal AS principal, any(seen.workflow) AS workflow, any(seen.policy_version) AS policy_version,
         any(seen.owner) AS owner, any(seen.team) AS team, groupUniqArrayArray(sealed) AS seals,
         toString(toUnixTimestamp64Nano(max(last))) AS since
  FROM seen GROUP BY run_id, principal`;

const example = (changes: Partial<Row> = {}): Row => ({
  ...{ ...exampleRow(), principal: 'ops-agent' },
  seals: [[EXAMPLE_WRITER, 'completed']],
  ...changes,
});
const resumed = (...seals: Row['seals']) => example({ run_id: EXAMPLE_RESUMED_RUN, seals });

export const finalStatusPresent = defineControl({
  control: 'final_status_present',
  severity: 'warning',
  description:
    'Every run ended in exactly one final status; one of which nothing was heard for an hour is stuck. A run that another process went on with ended as the last of them says.',
  graceSeconds: 3600,
  clears: 'the run went on or was sealed',
  query,
  row,
  judge: (rows, context) =>
    [...Map.groupBy(rows, ({ run_id }) => run_id).values()].flatMap((run) => judgeOne(asOne(run), context)),
  examples: {
    passes: [
      { name: 'completed', rows: [example()] },
      { name: 'waiting for a person', rows: [example({ seals: [], run_id: EXAMPLE_WAITING_RUN })] },
      {
        name: 'cancelled, then resumed and completed',
        rows: [resumed([EXAMPLE_WRITER, 'cancelled'], [EXAMPLE_NEXT_WRITER, 'completed'])],
      },
      {
        name: 'killed without a seal, then resumed and completed',
        rows: [resumed([EXAMPLE_NEXT_WRITER, 'completed'])],
      },
    ],
    fails: [
      { name: 'unsealed', rows: [example({ seals: [], since: EXAMPLE_TIME - 1n })] },
      {
        name: 'two statuses',
        rows: [
          example({
            seals: [
              [EXAMPLE_WRITER, 'completed'],
              [EXAMPLE_WRITER, 'failed'],
            ],
          }),
        ],
      },
      {
        name: 'one that only another key says',
        rows: [
          example({ seals: [], since: EXAMPLE_TIME - 1n }),
          example({ principal: 'sales-agent', since: EXAMPLE_TIME - 1n }),
        ],
      },
      {
        name: 'another status by a process that nobody registered',
        rows: [resumed([EXAMPLE_NEXT_WRITER, 'completed'], ['somebody', 'failed'])],
      },
      {
        name: 'two statuses by the process that resumed it',
        rows: [resumed([EXAMPLE_NEXT_WRITER, 'completed'], [EXAMPLE_NEXT_WRITER, 'failed'])],
      },
    ],
  },
});

/** What all of them say of one run, and the claims of the last. */
const asOne = (rows: readonly Row[]): Row =>
  rows.reduce((one, row) => ({
    ...(row.since > one.since ? row : one),
    seals: [...one.seals, ...row.seals],
  }));

function judgeOne(each: Row, context: JudgeContext): Finding[] {
  const final_statuses = statusesOf(each, context.run(each.run_id)?.writers ?? []);
  if (final_statuses.length === 1) return [];
  // Two different statuses are a contradiction, which no waiting mends.
  if (final_statuses.length > 1)
    return [
      {
        ...about(each, context),
        ...{ since: 0n, severity: 'critical', key: 'contradictory' },
        summary: `The run claims several final statuses: ${final_statuses.join(', ')}.`,
        evidence: { final_statuses },
      },
    ];
  // A run that waits for a person is not stuck.
  if (context.waiting(each.run_id) > 0) return [];
  return [
    {
      ...about(each, context),
      key: 'unsealed',
      summary: 'The run never ended: it has no final status, and nothing has been heard of it for an hour.',
      evidence: { final_statuses },
    },
  ];
}

/** The statuses that count, in order of the alphabet: a process that resumed a run has the word after those before it. */
function statusesOf({ seals }: Row, writers: readonly string[]): string[] {
  const last = writers.findLast((writer) => seals.some(([by]) => by === writer));
  const counting = seals.filter(([by]) => by === last || !writers.includes(by));
  return [...new Set(counting.map(([, status]) => status))].sort();
}
