import { z } from 'zod';
import { defineControl } from './control.ts';
import { exampleRow } from './examples.ts';
import { about, claimed } from './rows.ts';

const row = z.object(claimed);

/** Each workflow and policy version that a run's records claim. */
const query = `
  SELECT toString(run_id) AS run_id, workflow, policy_version, any(owner) AS owner, any(team) AS team,
         toString(toUnixTimestamp64Nano(min(received_at))) AS since
  FROM evidence_records AS t
  WHERE t.run_id IN {runs:Array(UUID)}
  GROUP BY run_id, workflow, policy_version`;

export const policyRegistered = defineControl({
  control: 'policy_registered',
  severity: 'critical',
  description:
    'Every record names a workflow and policy version that a person registered, and the one that its run was registered with.',
  graceSeconds: 15,
  clears: 'the policy version is registered now',
  query,
  row,
  judge: (rows, context) =>
    rows.flatMap((each) => {
      const run = context.run(each.run_id);
      const registered = context.policies.at(each.workflow, each.policy_version) !== undefined;
      const same =
        run === undefined || (run.workflow === each.workflow && run.policy_version === each.policy_version);
      if (registered && same) return [];
      const what = `${each.workflow} at ${each.policy_version.slice(0, 19)}`;
      return [
        {
          ...about(each, context),
          key: `${each.workflow}@${each.policy_version}`,
          summary: registered
            ? `The run's records claim ${what}, but it was registered with another policy.`
            : `The run's records claim ${what}, which nobody registered.`,
          evidence: {
            ...{ claimed_workflow: each.workflow, claimed_policy_version: each.policy_version },
            registered_policy_version: run?.policy_version ?? null,
          },
        },
      ];
    }),
  examples: {
    passes: [{ name: 'the registered version', rows: [exampleRow()] }],
    fails: [
      { name: 'a version that nobody registered', rows: [exampleRow({ policy_version: 'sha256:0' })] },
      { name: 'a workflow that nobody registered', rows: [exampleRow({ workflow: 'shadow' })] },
    ],
  },
});
