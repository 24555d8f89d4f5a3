import { Command } from 'commander';
import { type Connection, callApi, tokenOption, urlOption } from './api-client.ts';
import { readWorkflowFile } from './workflow-file.ts';

/** `tollgate register FILE`: its owner makes a workflow file the policy in force. */
export function registerCommand(): Command {
  return new Command('register')
    .description('register a workflow file with the service, as its owner')
    .argument('<file>', 'workflow file (YAML)')
    .addOption(urlOption())
    .addOption(tokenOption())
    .action(async (file: string, connection: Connection) => {
      const { yaml } = await readWorkflowFile(file);
      const body = { yaml };
      const { workflow, policy_version } = await callApi(connection, 'POST /v1/workflows', { body }, file);
      console.log(`${workflow} is registered with policy version ${policy_version}`);
    });
}
