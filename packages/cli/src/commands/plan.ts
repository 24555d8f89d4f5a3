import { comparePolicies, policyVersion, requirements } from '@tollgate/contract';
import { Command } from 'commander';
import { mayLoosen, policyChangesTable } from '../output/policy-changes-table.ts';
import { requirementsTable } from '../output/requirements-table.ts';
import { UserError } from '../output/user-error.ts';
import { readWorkflowFile } from './workflow-file.ts';

interface PlanOptions {
  readonly json?: true;
  readonly diff?: string;
  readonly failOnLoosening?: true;
}

/** `tollgate plan FILE`: the eight runtime requirements of a workflow file, or what a change of it does. Needs no running service. */
export function planCommand(): Command {
  return new Command('plan')
    .description('print the runtime requirements of a workflow file, or what a change of it loosens')
    .argument('<file>', 'workflow file (YAML)')
    .option('--json', 'print JSON instead of a table')
    .option('--diff <before>', 'compare: what <file> loosens or tightens beside the file <before>')
    .option('--fail-on-loosening', 'with --diff: exit with 1 where something loosens, or may')
    .action(async (file: string, options: PlanOptions) => {
      if (options.diff !== undefined) return comparePlans(options.diff, file, options);
      if (options.failOnLoosening === true)
        throw new UserError('--fail-on-loosening compares two files: tollgate plan --diff BEFORE AFTER');
      const { workflow } = await readWorkflowFile(file);
      const policy = requirements(workflow);
      console.log(options.json === true ? JSON.stringify(policy, null, 2) : requirementsTable(policy));
    });
}

async function comparePlans(beforeFile: string, afterFile: string, options: PlanOptions): Promise<void> {
  const [before, after] = [await readWorkflowFile(beforeFile), await readWorkflowFile(afterFile)];
  const changes = comparePolicies(before.workflow, after.workflow);
  const sides = {
    before: { file: beforeFile, policy_version: policyVersion(before.workflow) },
    after: { file: afterFile, policy_version: policyVersion(after.workflow) },
  };
  console.log(
    options.json === true
      ? JSON.stringify({ ...sides, changes }, null, 2)
      : policyChangesTable(changes, sides),
  );
  if (options.failOnLoosening === true && changes.some(mayLoosen)) process.exitCode = 1;
}
