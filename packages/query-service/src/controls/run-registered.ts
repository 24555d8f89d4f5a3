import { z } from 'zod';
import { defineControl } from './control.ts';
import { EXAMPLE_RUN, exampleRow } from './examples.ts';
import { about, claimed } from './rows.ts';

const row = z.object({ ...claimed, principal: z.string() });
type Row = z.output<typeof row>;

/** Each run that evidence was sent for, whoever sent it. */
const query = `
  SELECT toString(run_id) AS run_id, any(workflow) AS workflow, any(policy_version) AS policy_version,
         any(owner) AS owner, any(team) AS team, any(principal) AS principal,
         toString(toUnixTimestamp64Nano(min(received_at))) AS since
  FROM evidence_records AS t
  WHERE t.run_id IN {runs:Array(UUID)}
  GROUP BY run_id`;

const example = (changes: Partial<Row> = {}): Row => ({
  ...exampleRow(),
  principal: 'ops-agent',
  ...changes,
});

export const runRegistered = defineControl({
  control: 'run_registered',
  class: 'every',
  rule: 'run has owner, input, output, cost, final status',
  severity: 'critical',
  description:
    'Every run of a registered workflow that evidence was sent for was registered with the service.',
  graceSeconds: 60,
  clears: 'the run registered late',
  query,
  row,
  judge: (rows, context) =>
    rows
      .filter(
        ({ run_id, workflow }) => context.run(run_id) === undefined && context.registeredWorkflow(workflow),
      )
      .map((each) => ({
        ...about(each, context),
        key: 'unregistered',
        summary: `Evidence was sent for a run that the service never registered; the key behind it is ${each.principal || 'unknown'}.`,
        evidence: { principal: each.principal, claimed_workflow: each.workflow },
      })),
  examples: {
    passes: [
      { name: 'a registered run', rows: [example()] },
      {
        name: 'a workflow that nobody registered is for another control',
        rows: [example({ run_id: 'x', workflow: 'y' })],
      },
    ],
    fails: [{ name: 'an unknown run', rows: [example({ run_id: EXAMPLE_RUN.replace(/1$/, '2') })] }],
  },
});
