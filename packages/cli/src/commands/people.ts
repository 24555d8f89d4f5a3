import { Command } from 'commander';
import { z } from 'zod';
import { type Connection, callApi, tokenOption, urlOption } from './api-client.ts';

const added = z.object({ email: z.string(), token: z.string() });
const list = (text: string, before: string[] = []) => [...before, ...text.split(',')];

interface AddOptions extends Connection {
  readonly name: string;
  readonly role: string[];
  readonly team: string[];
  readonly group: string[];
}

/** `tollgate people add EMAIL`: a person who owns, approves, reviews or audits. */
export function peopleCommand(): Command {
  return new Command('people').description('add people').addCommand(
    new Command('add')
      .description('add a person and print their first token, which is shown this once')
      .argument('<email>')
      .requiredOption('--name <name>', 'the person’s name')
      .requiredOption(
        '--role <roles>',
        'owner, reviewer, approver, auditor or admin; several with commas',
        list,
      )
      .requiredOption('--team <teams>', 'teams, with commas; * is every team', list)
      .option('--group <groups>', 'groups that approvals can name as group:NAME', list, [])
      .addOption(urlOption())
      .addOption(tokenOption())
      .action(async (email: string, { name, role, team, group, ...connection }: AddOptions) => {
        const body = { email, display_name: name, roles: role, teams: team, groups: group };
        const { token } = added.parse(await callApi(connection, 'POST', '/v1/people', body));
        console.log(token);
      }),
  );
}
