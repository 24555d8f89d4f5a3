import { z } from 'zod';
import { defineControl } from './control.ts';
import { exampleRow } from './examples.ts';
import { about, claimed } from './rows.ts';

const row = z.object({
  ...claimed,
  /** Whom the run handed over to, as its records say. */
  people: z.array(z.string()),
  /** Escalations that came with a reason. The reason is content, so it is not read here. */
  reasons: z.coerce.number(),
});
type Row = z.output<typeof row>;

/** Each run that handed over to a person. A text without the word, and without escapes, has no such status. */
const query = `
  SELECT toString(t.run_id) AS run_id, any(t.workflow) AS workflow, any(t.policy_version) AS policy_version,
         any(t.owner) AS owner, any(t.team) AS team,
         arraySort(groupUniqArrayIf(8)(JSONExtractString(t.record, 'detail', 'to'), t.kind = 'escalated')) AS people,
         countIf(t.kind = 'escalated' AND JSONHas(t.record, 'digests', 'output')) AS reasons,
         toString(toUnixTimestamp64Nano(min(t.received_at))) AS since
  FROM evidence_records AS t
  WHERE t.run_id IN {runs:Array(UUID)}
    AND (t.kind = 'escalated' OR ((position(t.record, 'escalated') > 0 OR position(t.record, '\\\\') > 0) AND JSONExtractString(t.record, 'final_status') = 'escalated'))
  GROUP BY t.run_id`;

const example = (changes: Partial<Row> = {}): Row => ({
  ...exampleRow(),
  people: ['olga@example.com'],
  reasons: 1,
  ...changes,
});

export const escalationNoted = defineControl({
  control: 'escalation_noted',
  severity: 'info',
  description:
    'Tells the owner of the escalation path that a run handed over to a person, and asks for a reason.',
  graceSeconds: 0,
  clears: 'the run no longer says that it escalated',
  query,
  row,
  judge: (rows, context) =>
    rows.map((each) => {
      const people = each.people.filter((person) => person !== '');
      const whom = people.length === 0 ? 'a person' : people.join(', ');
      return {
        ...about(each, context),
        key: 'escalated',
        summary: `The run escalated to ${whom}${each.reasons === 0 ? ' and gave no reason' : '; its evidence has the reason'}.`,
        evidence: { people, reasons: each.reasons },
        ...(each.reasons === 0 ? { severity: 'warning' as const } : {}),
      };
    }),
  examples: {
    passes: [{ name: 'no escalation', rows: [] }],
    fails: [
      { name: 'an escalation', rows: [example()] },
      { name: 'one without a reason', rows: [example({ reasons: 0, people: [] })] },
    ],
  },
});
