import { defineControl } from './control.ts';
import { exampleRecord } from './examples.ts';
import { RECORDS, type RecordRow, recordRow } from './records.ts';
import { about, firstOf } from './rows.ts';

const example = (changes: Partial<RecordRow> = {}) =>
  exampleRecord('escalated', { handed_to: 'olga@example.com', digests: ['output'], ...changes });

/** As many as are named. */
const MOST_PEOPLE = 8;

export const escalationNoted = defineControl({
  control: 'escalation_noted',
  severity: 'info',
  description:
    'Tells the owner of the escalation path that a run handed over to a person, and asks for a reason.',
  graceSeconds: 0,
  clears: 'the run no longer says that it escalated',
  query: RECORDS,
  row: recordRow,
  judge: (rows, context) => {
    const runs = Map.groupBy(rows.filter(escalates), ({ run_id }) => run_id);
    return [...runs.values()].flatMap((run) =>
      firstOf(run, () => '').map((first) => {
        const handovers = run.filter(({ kind }) => kind === 'escalated');
        const people = namedIn(handovers);
        const whom = people.length === 0 ? 'a person' : people.join(', ');
        // The reason is content, so it is not read here.
        const reasons = handovers.filter(({ digests }) => digests.includes('output')).length;
        return {
          ...about(first, context),
          key: 'escalated',
          summary: `The run escalated to ${whom}${reasons === 0 ? ' and gave no reason' : '; its evidence has the reason'}.`,
          evidence: { people, reasons },
          ...(reasons === 0 ? { severity: 'warning' as const } : {}),
        };
      }),
    );
  },
  examples: {
    passes: [{ name: 'no escalation', rows: [example({ kind: 'run_sealed', final_status: 'completed' })] }],
    fails: [
      { name: 'an escalation', rows: [example()] },
      { name: 'one without a reason', rows: [example({ handed_to: '', digests: [] })] },
      {
        name: 'one that only its final status tells of',
        rows: [exampleRecord('run_sealed', { final_status: 'escalated' })],
      },
      {
        name: 'several, to several people',
        rows: [example(), example({ handed_to: 'otto@example.com', digests: [] })],
      },
    ],
  },
});

const escalates = ({ kind, final_status }: RecordRow) => kind === 'escalated' || final_status === 'escalated';

const namedIn = (handovers: readonly RecordRow[]): string[] =>
  [...new Set(handovers.map(({ handed_to }) => handed_to))]
    .filter((person) => person !== '')
    .toSorted()
    .slice(0, MOST_PEOPLE);
