import { z } from 'zod';
import { defineControl } from './control.ts';
import { exampleRow } from './examples.ts';
import { RUNS_WITH_RARE_RECORDS } from './rare-records.ts';
import { about, claimed } from './rows.ts';

const row = z.object({
  ...claimed,
  approval_id: z.string(),
  tool: z.string(),
  call_id: z.string(),
  by: z.string(),
  why: z.string(),
  by_initiator: z.coerce.boolean(),
});
type Row = z.output<typeof row>;

/** Every time that somebody broke glass, as the service recorded it. */
const query = `
  SELECT toString(run_id) AS run_id, workflow, policy_version, owner, team,
         JSONExtractString(record, 'approval_id') AS approval_id, JSONExtractString(record, 'tool') AS tool,
         JSONExtractString(record, 'call_id') AS call_id, JSONExtractString(record, 'actor') AS by,
         JSONExtractString(record, 'detail', 'reason') AS why,
         JSONExtractBool(record, 'detail', 'by_initiator') AS by_initiator,
         toString(toUnixTimestamp64Nano(received_at)) AS since
  FROM service_records AS t
  WHERE t.run_id IN {runs:Array(UUID)} AND kind = 'glass_broken'`;

const example = (changes: Partial<Row> = {}): Row => ({
  ...exampleRow(),
  ...{ approval_id: 'granted', tool: 'deploy', call_id: 'call-1', by: 'olga@example.com' },
  ...{ why: 'the site is down', by_initiator: false },
  ...changes,
});

export const breakGlassUsed = defineControl({
  control: 'break_glass_used',
  severity: 'critical',
  description:
    'Somebody let a call through without its approval. It may have been right, and a person says so with a note.',
  graceSeconds: 0,
  clears: 'the record of it is gone',
  query,
  suspects: RUNS_WITH_RARE_RECORDS,
  row,
  judge: (rows, context) =>
    rows.map((each) => ({
      ...about(each, context),
      key: each.approval_id,
      summary: `${each.by}${each.by_initiator ? ', who had started the run,' : ''} broke glass for the call ${each.call_id} of ${each.tool}: nobody approved it.`,
      evidence: {
        ...{ approval_id: each.approval_id, tool: each.tool, call_id: each.call_id },
        ...{ by: each.by, reason: each.why, by_initiator: each.by_initiator },
      },
    })),
  examples: {
    passes: [{ name: 'nobody broke any', rows: [] }],
    fails: [
      { name: 'a named person', rows: [example()] },
      { name: 'the person who started the run', rows: [example({ by_initiator: true })] },
    ],
  },
});
