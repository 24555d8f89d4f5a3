import { z } from 'zod';
import { least } from '../runs/run-times.ts';
import { defineControl, type Finding, type JudgeContext } from './control.ts';
import { EXAMPLE_RUN, EXAMPLE_TIME } from './examples.ts';

/** What could not be judged, as the evaluator remembers it. */
const row = z.object({
  /** A run, or a workflow and a month in which it spent: `workflow/202611`. */
  subject: z.string(),
  run_id: z.string().nullable(),
  workflow: z.string(),
  /** The control that failed, or what else is done with judged runs. */
  part: z.string(),
  /** The error's name; what it says may be content. */
  error: z.string(),
  /** When it failed first (ns, by the service's clock). */
  since: z.bigint(),
});
export type UnjudgedRow = z.output<typeof row>;

const example: UnjudgedRow = {
  ...{ subject: EXAMPLE_RUN, run_id: EXAMPLE_RUN, workflow: '', part: 'scope_held' },
  ...{ error: 'RangeError', since: EXAMPLE_TIME },
};

export const runJudged = defineControl({
  control: 'run_judged',
  severity: 'critical',
  description:
    'Every control could judge the run. One that fails for a run, though the stores answer, says nothing about it until it can; it is tried again, and what went wrong is in the log of the service.',
  // A store that went away for a moment is no reason to call anybody.
  graceSeconds: 60,
  clears: 'every control has judged it since',
  // The evaluator itself is asked.
  query: '',
  row,
  scopes: (rows) => rows.map(({ subject }) => subject),
  judge: (rows, context) =>
    [...Map.groupBy(rows, ({ subject }) => subject).values()].flatMap((same) => judgeOne(same, context)),
  examples: {
    passes: [{ name: 'every control judged it', rows: [] }],
    fails: [
      { name: 'a control that fails', rows: [example] },
      { name: 'two of them', rows: [example, { ...example, part: 'tool_listed' }] },
      {
        name: 'the spend of a month',
        rows: [{ ...example, subject: 'refunds/202611', run_id: null, workflow: 'refunds' }],
      },
    ],
  },
});

function judgeOne(rows: readonly UnjudgedRow[], context: JudgeContext): Finding[] {
  const [first] = rows;
  if (first === undefined) return [];
  const { subject, run_id } = first;
  const run = run_id === null ? undefined : context.run(run_id);
  const workflow = run?.workflow ?? first.workflow;
  const policy = context.policies.inForce(workflow, context.now);
  const parts = [...new Set(rows.map(({ part }) => part))].sort();
  return [
    {
      ...{ scope: subject, key: 'unjudged', run_id, workflow },
      owner: run?.owner ?? policy?.owner.email ?? '',
      team: run?.team ?? policy?.team ?? '*',
      since: rows.map(({ since }) => since).reduce(least),
      summary: `${run_id === null ? `The spend of ${subject}` : 'The run'} could not be judged by ${parts.join(', ')}.`,
      evidence: { parts, errors: [...new Set(rows.map(({ error }) => error))].sort() },
    },
  ];
}
