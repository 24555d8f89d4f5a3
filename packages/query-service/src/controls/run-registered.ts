import { z } from 'zod';
import { defineControl, type Finding, type JudgeContext } from './control.ts';
import { EXAMPLE_RUN, exampleRow } from './examples.ts';
import { about, claimed } from './rows.ts';

const row = z.object({ ...claimed, principal: z.string() });
type Row = z.output<typeof row>;

/** Each run that evidence was sent for, by whom it was sent. */
const query = `
  SELECT toString(t.run_id) AS run_id, any(t.workflow) AS workflow, any(t.policy_version) AS policy_version,
         any(t.owner) AS owner, any(t.team) AS team, t.principal AS principal,
         toString(toUnixTimestamp64Nano(min(t.received_at))) AS since
  FROM evidence_records AS t
  WHERE t.run_id IN {runs:Array(UUID)}
  GROUP BY t.run_id, t.principal`;

const example = (changes: Partial<Row> = {}): Row => ({
  ...exampleRow(),
  principal: 'ops-agent',
  ...changes,
});

export const runRegistered = defineControl({
  control: 'run_registered',
  severity: 'critical',
  description:
    'Every run of a registered workflow that evidence was sent for was registered with the service, by the principal that sent it.',
  graceSeconds: 60,
  clears: 'the run registered late',
  query,
  row,
  judge: (rows, context) => rows.flatMap((each) => judgeOne(each, context)),
  examples: {
    passes: [
      { name: 'a registered run', rows: [example()] },
      {
        name: 'a workflow that nobody registered is for another control',
        rows: [example({ run_id: 'x', workflow: 'y' })],
      },
    ],
    fails: [
      { name: 'an unknown run', rows: [example({ run_id: EXAMPLE_RUN.replace(/1$/, '2') })] },
      { name: 'evidence under another key', rows: [example(), example({ principal: 'sales-agent' })] },
    ],
  },
});

function judgeOne(each: Row, context: JudgeContext): Finding[] {
  const run = context.run(each.run_id);
  const sender = each.principal || 'unknown';
  const evidence = { principal: each.principal, claimed_workflow: each.workflow };
  if (run === undefined) {
    if (!context.registeredWorkflow(each.workflow)) return [];
    const summary = `Evidence was sent for a run that the service never registered; the key behind it is ${sender}.`;
    return [{ ...about(each, context), key: `unregistered:${each.principal}`, summary, evidence }];
  }
  // Without a principal the spans came past a collector that knows keys; that is for its configuration to mend.
  if (each.principal === '' || each.principal === run.principal) return [];
  const summary = `Evidence was sent for the run by ${sender}, but ${run.principal} registered it.`;
  return [
    {
      ...about(each, context),
      // Nothing can still be on its way that would make this right.
      since: 0n,
      key: `principal:${each.principal}`,
      summary,
      evidence: { ...evidence, registered_principal: run.principal },
    },
  ];
}
