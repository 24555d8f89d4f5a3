import type { InputOf } from '@tollgate/client';
import { Command, InvalidArgumentError } from 'commander';
import { type Connection, callApi, tokenOption, urlOption } from './api-client.ts';

type PersonRole = InputOf<'POST /v1/people'>['body']['roles'][number];
const ROLES: readonly PersonRole[] = ['owner', 'reviewer', 'approver', 'auditor', 'admin'];
const isRole = (text: string): text is PersonRole => ROLES.some((role) => role === text);

const list = (text: string, before: string[] = []) => [...before, ...text.split(',')];

function roles(text: string, before: PersonRole[] = []): PersonRole[] {
  const given = text.split(',');
  const unknown = given.filter((each) => !isRole(each));
  if (unknown.length > 0)
    throw new InvalidArgumentError(`write some of ${ROLES.join(', ')}, not ${unknown.join(', ')}.`);
  return [...before, ...given.filter(isRole)];
}

interface AddOptions extends Connection {
  readonly name: string;
  readonly role: PersonRole[];
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
        roles,
      )
      .requiredOption('--team <teams>', 'teams, with commas; * is every team', list)
      .option('--group <groups>', 'groups that approvals can name as group:NAME', list, [])
      .addOption(urlOption())
      .addOption(tokenOption())
      .action(async (email: string, { name, role, team, group, ...connection }: AddOptions) => {
        const body = { email, display_name: name, roles: role, teams: team, groups: group };
        const { token } = await callApi(connection, 'POST /v1/people', { body });
        console.log(token);
      }),
  );
}
