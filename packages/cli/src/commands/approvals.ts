import Table from 'cli-table3';
import { Command } from 'commander';
import { z } from 'zod';
import { type Connection, callApi, tokenOption, urlOption } from './api-client.ts';

const approval = z.object({
  approval_id: z.string(),
  workflow: z.string(),
  tool: z.string(),
  state: z.string(),
  expires_at: z.string(),
});
const approvals = z.object({ items: z.array(approval) });

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
      const { items } = approvals.parse(await callApi(connection, 'GET', '/v1/approvals?state=waiting'));
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
      console.log(
        JSON.stringify(await callApi(connection, 'GET', `/v1/approvals/${encodeURIComponent(id)}`), null, 2),
      );
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
      const path = `/v1/approvals/${encodeURIComponent(id)}/decision`;
      const decided = z
        .object({ state: z.string() })
        .parse(await callApi(connection, 'POST', path, { decision, reason }));
      console.log(`${id} is ${decided.state}`);
    });
}
