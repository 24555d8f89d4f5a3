import { z } from 'zod';
import { defineControl } from './control.ts';
import { EXAMPLE_TIME, exampleRow } from './examples.ts';
import { about, claimed, nanoseconds } from './rows.ts';

const row = z.object({
  ...claimed,
  sample_id: z.string(),
  call_id: z.string(),
  tool: z.string(),
  due_at: nanoseconds,
});
type Row = z.output<typeof row>;

/** Samples without a review, as the service recorded both. */
const query = `
  SELECT toString(run_id) AS run_id, workflow, policy_version, owner, team, sample_id, call_id, tool,
         toString(toUnixTimestamp64Nano(due_at)) AS due_at, toString(toUnixTimestamp64Nano(sampled_at)) AS since
  FROM samples AS t
  WHERE t.run_id IN {runs:Array(UUID)}
    AND sample_id NOT IN (SELECT sample_id FROM reviews WHERE run_id IN {runs:Array(UUID)})`;

const example = (due_at: bigint): Row => ({
  ...exampleRow(),
  ...{ sample_id: 'sample-1', call_id: 'call-1', tool: 'set_status', due_at },
});

/** ISO time to the second, for sentences. */
const when = (nanos: bigint) => `${new Date(Number(nanos / 1_000_000n)).toISOString().slice(0, 19)}Z`;

export const unreviewedSample = defineControl({
  control: 'unreviewed_sample',
  severity: 'warning',
  description:
    'Every sampled class-2 action is reviewed by its due date. Until then the flag is for information; after it, the rule is broken.',
  graceSeconds: 0,
  clears: 'the sample was reviewed',
  query,
  row,
  judge: (rows, context) =>
    rows.map((each) => {
      const overdue = each.due_at < context.now;
      return {
        ...about(each, context),
        key: each.sample_id,
        due_at: each.due_at,
        severity: overdue ? ('warning' as const) : ('info' as const),
        summary: `The sampled call ${each.call_id} of ${each.tool} ${overdue ? `was due for review by ${when(each.due_at)} and has none` : `is to be reviewed by ${when(each.due_at)}`}.`,
        evidence: { sample_id: each.sample_id, call_id: each.call_id, tool: each.tool, overdue },
      };
    }),
  examples: {
    passes: [{ name: 'all reviewed', rows: [] }],
    fails: [
      { name: 'overdue', rows: [example(EXAMPLE_TIME)] },
      { name: 'still to be reviewed', rows: [example(EXAMPLE_TIME * 2n)] },
    ],
  },
});
