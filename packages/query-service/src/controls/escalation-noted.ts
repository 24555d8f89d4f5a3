import { z } from 'zod';
import { defineControl } from './control.ts';
import { exampleRow } from './examples.ts';
import { about, claimed } from './rows.ts';

const row = z.object({ ...claimed, reasons: z.array(z.string()) });
type Row = z.output<typeof row>;

/** Each run that handed over to a person, with the reasons that it gave. */
const query = `
  SELECT toString(run_id) AS run_id, any(workflow) AS workflow, any(policy_version) AS policy_version,
         any(owner) AS owner, any(team) AS team,
         arraySort(groupUniqArrayIf(8)(JSONExtractString(record, 'detail', 'reason'), kind = 'escalated')) AS reasons,
         toString(toUnixTimestamp64Nano(min(received_at))) AS since
  FROM evidence_records AS t
  WHERE t.run_id IN {runs:Array(UUID)}
    AND (kind = 'escalated' OR JSONExtractString(record, 'final_status') = 'escalated')
  GROUP BY run_id`;

export const escalationNoted = defineControl({
  control: 'escalation_noted',
  class: 'every',
  rule: 'run has owner, input, output, cost, final status',
  severity: 'info',
  description: 'Tells the owner of the escalation path that a run handed over to a person, and why.',
  graceSeconds: 0,
  clears: 'the run no longer says that it escalated',
  query,
  row,
  judge: (rows, context) =>
    rows.map((each: Row) => {
      const reasons = each.reasons.filter((reason) => reason !== '');
      return {
        ...about(each, context),
        key: 'escalated',
        summary: `The run escalated to a person${reasons.length === 0 ? ' and gave no reason' : `: ${reasons.join('; ')}`}.`,
        evidence: { reasons },
        ...(reasons.length === 0 ? { severity: 'warning' as const } : {}),
      };
    }),
  examples: {
    passes: [{ name: 'no escalation', rows: [] }],
    fails: [
      { name: 'an escalation', rows: [{ ...exampleRow(), reasons: ['the customer asked for a person'] }] },
    ],
  },
});
