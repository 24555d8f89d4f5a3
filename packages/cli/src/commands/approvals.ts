import Table from 'cli-table3';
import { Command } from 'commander';
import { plainJson } from '../output/plain.ts';
import { type Connection, callApi, tokenOption, urlOption } from './api-client.ts';

/** `tollgate approvals`: list what waits, look at one, decide on it. */
export function approvalsCommand(): Command {
  return new Command('approvals')
    .description('list, show and decide approvals')
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(decideCommand('approve', 'approve exactly the call that was requested'))
    .addCommand(decideCommand('refuse', 'refuse it; the agent is told why'));
}

function listCommand(): Command {
  return new Command('list')
    .description('approvals that wait for a decision')
    .addOption(urlOption())
    .addOption(tokenOption())
    .action(async (connection: Connection) => {
      const { items } = await callApi(connection, 'GET /v1/approvals', { query: { state: 'waiting' } });
      if (items.length === 0) return console.log('Nothing waits for a decision.');
      const table = new Table({
        head: ['approval', 'workflow', 'tool', 'expires'],
        style: { head: [], border: [] },
      });
      table.push(
        ...items.map(({ approval_id, workflow, tool, expires_at }) => [
          approval_id,
          workflow,
          tool,
          expires_at,
        ]),
      );
      console.log(table.toString());
    });
}

function showCommand(): Command {
  return new Command('show')
    .description('one approval, its arguments whole')
    .argument('<approval>')
    .addOption(urlOption())
    .addOption(tokenOption())
    .action(async (id: string, connection: Connection) => {
      const params = { approval_id: id };
      const answer = await callApi(connection, 'GET /v1/approvals/{approval_id}', { params });
      console.log(plainJson(answer));
    });
}

function decideCommand(decision: 'approve' | 'refuse', description: string): Command {
  return new Command(decision)
    .description(description)
    .argument('<approval>')
    .requiredOption('--reason <text>', 'why, in a few words')
    .addOption(urlOption())
    .addOption(tokenOption())
    .action(async (id: string, { reason, ...connection }: Connection & { reason: string }) => {
      const decided = await callApi(connection, 'POST /v1/approvals/{approval_id}/decision', {
        params: { approval_id: id },
        body: { decision, reason },
      });
      console.log(`${id} is ${decided.state}`);
    });
}
