import { SERVICE_KINDS } from '@tollgate/contract';
import { defineControl } from './control.ts';
import { exampleRecord } from './examples.ts';
import { RECORDS, type RecordRow, recordRow } from './records.ts';
import { about, firstOf } from './rows.ts';

const example = (changes: Partial<RecordRow> = {}) =>
  exampleRecord('tool_finished', { approval_id: 'granted', ...changes });

const isServiceKind = (kind: string) => SERVICE_KINDS.some((one) => one === kind);

export const forgedServiceClaims = defineControl({
  control: 'forged_service_claims',
  severity: 'critical',
  description:
    'No span claims what only the service may say: an approval, a decision, a registration or a review, or an approval that the service does not have for that run.',
  graceSeconds: 15,
  clears: 'the service’s own record of the approval has arrived',
  query: RECORDS,
  row: recordRow,
  judge: (rows, context) =>
    firstOf(rows.filter(claimsMore), claimOf).flatMap((each) => {
      const forged = isServiceKind(each.kind);
      const known = context.approval(each.approval_id)?.run_id === each.run_id;
      if (!forged && (each.approval_id === '' || known)) return [];
      return [
        {
          ...about(each, context),
          // A forged record is forged from the start; no record of the service can still be on its way to mend it.
          ...(forged ? { since: 0n } : {}),
          key: forged ? `record:${each.kind}` : `approval:${each.approval_id}`,
          summary: forged
            ? `A span of ${each.principal || 'an unknown key'} carries a ${each.kind} record, which only the service may write.`
            : `A span of ${each.principal || 'an unknown key'} names an approval that the service does not have for this run.`,
          evidence: { principal: each.principal, kind: each.kind, claimed_approval: each.approval_id },
        },
      ];
    }),
  examples: {
    passes: [
      { name: 'an approval of the service', rows: [example()] },
      { name: 'no approval at all', rows: [example({ approval_id: '' })] },
    ],
    fails: [
      {
        name: 'an approval that the service does not have, by every record of the call',
        rows: [
          example({ kind: 'gate_decided', approval_id: 'made-up' }),
          example({ approval_id: 'made-up' }),
        ],
      },
      { name: 'a decision in a span', rows: [example({ kind: 'approval_decided' })] },
      { name: 'an approval that nobody gave', rows: [example({ approval_id: 'made-up' })] },
      { name: 'an approval of another run', rows: [example({ approval_id: 'for-another-run' })] },
    ],
  },
});

/** What an agent's spans say that only the service may say, and each approval that they name. */
const claimsMore = ({ kind, approval_id }: RecordRow) => isServiceKind(kind) || approval_id !== '';

const claimOf = ({ principal, kind, approval_id }: RecordRow) =>
  JSON.stringify([principal, kind, approval_id]);
