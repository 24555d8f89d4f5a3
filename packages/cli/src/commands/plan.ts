import { requirements } from '@tollgate/contract';
import { Command } from 'commander';
import { requirementsTable } from '../output/requirements-table.ts';
import { readWorkflowFile } from './workflow-file.ts';

/** `tollgate plan FILE`: the eight runtime requirements of a workflow file. Needs no running service. */
export function planCommand(): Command {
  return new Command('plan')
    .description('print the runtime requirements of a workflow file')
    .argument('<file>', 'workflow file (YAML)')
    .option('--json', 'print JSON instead of a table')
    .action(async (file: string, { json }: { json?: true }) => {
      const { workflow } = await readWorkflowFile(file);
      const policy = requirements(workflow);
      console.log(json === true ? JSON.stringify(policy, null, 2) : requirementsTable(policy));
    });
}
