import { defineControl, type Finding, type JudgeContext } from './control.ts';
import { EXAMPLE_RUN, exampleRecord } from './examples.ts';
import { RECORDS, type RecordRow, recordRow } from './records.ts';
import { about, firstOf } from './rows.ts';

const example = (changes: Partial<RecordRow> = {}) => exampleRecord('run_started', changes);

export const runRegistered = defineControl({
  control: 'run_registered',
  severity: 'critical',
  description:
    'Every run of a registered workflow that evidence was sent for was registered with the service, by the principal that sent it.',
  graceSeconds: 60,
  clears: 'the run registered late',
  query: RECORDS,
  row: recordRow,
  judge: (rows, context) =>
    firstOf(rows, ({ principal }) => principal).flatMap((each) => judgeOne(each, context)),
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

function judgeOne(each: RecordRow, context: JudgeContext): Finding[] {
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
