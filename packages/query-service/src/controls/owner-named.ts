import { defineControl } from './control.ts';
import { exampleRecord } from './examples.ts';
import { RECORDS, type RecordRow, recordRow } from './records.ts';
import { about, firstOf, policyOf } from './rows.ts';

export const ownerNamed = defineControl({
  control: 'owner_named',
  severity: 'warning',
  description: 'Every record of a run names the owner of its workflow, as the registered policy has it.',
  graceSeconds: 0,
  clears: 'the policy that names this owner is registered now',
  query: RECORDS,
  row: recordRow,
  judge: (rows, context) =>
    firstOf(rows, claimedOwner).flatMap((each) => {
      const expected = policyOf(each, context)?.owner.email.toLowerCase();
      if (each.owner !== '' && (expected === undefined || expected === each.owner.toLowerCase())) return [];
      return [
        {
          ...about(each, context),
          key: `owner:${each.owner}`,
          summary:
            each.owner === ''
              ? `The run's records name no owner${expected === undefined ? '' : `; its workflow is owned by ${expected}`}.`
              : `The run's records name ${each.owner} as owner, but its workflow is owned by ${expected}.`,
          evidence: { claimed_owner: each.owner, registered_owner: expected ?? null },
        },
      ];
    }),
  examples: {
    passes: [{ name: 'the registered owner', rows: [exampleRecord('run_started')] }],
    fails: [
      { name: 'somebody else', rows: [exampleRecord('run_started', { owner: 'someone@else.example' })] },
      { name: 'nobody', rows: [exampleRecord('run_started', { owner: '' })] },
    ],
  },
});

/** Of a run that nobody registered, the policy is the one that its records claim. */
const claimedOwner = ({ owner, workflow, policy_version }: RecordRow) =>
  JSON.stringify([owner, workflow, policy_version]);
