import { z } from 'zod';
import { defineControl } from './control.ts';
import { exampleRow } from './examples.ts';
import { about, claimed, policyOf } from './rows.ts';

const row = z.object(claimed);

/** Each owner that a run's records name. */
const query = `
  SELECT toString(run_id) AS run_id, workflow, policy_version, owner, team,
         toString(toUnixTimestamp64Nano(min(received_at))) AS since
  FROM evidence_records AS t
  WHERE t.run_id IN {runs:Array(UUID)}
  GROUP BY run_id, workflow, policy_version, owner, team`;

export const ownerNamed = defineControl({
  control: 'owner_named',
  severity: 'warning',
  description: 'Every record of a run names the owner of its workflow, as the registered policy has it.',
  graceSeconds: 0,
  clears: 'the policy that names this owner is registered now',
  query,
  row,
  judge: (rows, context) =>
    rows.flatMap((each) => {
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
    passes: [{ name: 'the registered owner', rows: [exampleRow()] }],
    fails: [
      { name: 'somebody else', rows: [exampleRow({ owner: 'someone@else.example' })] },
      { name: 'nobody', rows: [exampleRow({ owner: '' })] },
    ],
  },
});
