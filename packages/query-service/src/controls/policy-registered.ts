import { defineControl } from './control.ts';
import { exampleRecord } from './examples.ts';
import { RECORDS, type RecordRow, recordRow } from './records.ts';
import { about, firstOf } from './rows.ts';

export const policyRegistered = defineControl({
  control: 'policy_registered',
  severity: 'critical',
  description:
    'Every record names a workflow and policy version that a person registered, and the one that its run was registered with.',
  graceSeconds: 15,
  clears: 'the policy version is registered now',
  query: RECORDS,
  row: recordRow,
  judge: (rows, context) =>
    firstOf(rows, claimedPolicy).flatMap((each) => {
      const run = context.run(each.run_id);
      const registered = context.policies.at(each.workflow, each.policy_version) !== undefined;
      const same =
        run === undefined || (run.workflow === each.workflow && run.policy_version === each.policy_version);
      if (registered && same) return [];
      const what = `${each.workflow} at ${each.policy_version.slice(0, 19)}`;
      return [
        {
          ...about(each, context),
          key: claimedPolicy(each),
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
    passes: [{ name: 'the registered version', rows: [exampleRecord('run_started')] }],
    fails: [
      {
        name: 'a version that nobody registered',
        rows: [exampleRecord('run_started', { policy_version: 'sha256:0' })],
      },
      {
        name: 'a workflow that nobody registered',
        rows: [exampleRecord('run_started', { workflow: 'shadow' })],
      },
    ],
  },
});

const claimedPolicy = ({ workflow, policy_version }: RecordRow) => `${workflow}@${policy_version}`;
