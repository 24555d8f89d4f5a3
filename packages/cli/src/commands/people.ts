import type { InputOf } from '@tollgate/client';
import { Command, InvalidArgumentError, Option } from 'commander';
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
  readonly content: boolean;
}

/** `tollgate people`: who owns, approves, reviews or audits, and what they may. */
export function peopleCommand(): Command {
  return new Command('people')
    .description('add people, and change what they may')
    .addCommand(addCommand())
    .addCommand(changeCommand());
}

function addCommand(): Command {
  return new Command('add')
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
    .option('--no-content', 'withhold from them what people and models wrote')
    .addOption(urlOption())
    .addOption(tokenOption())
    .action(async (email: string, { name, role, team, group, content, ...connection }: AddOptions) => {
      const rights = { roles: role, teams: team, groups: group, reads_content: content };
      const body = { email, display_name: name, ...rights };
      const { token } = await callApi(connection, 'POST /v1/people', { body });
      console.log(token);
    });
}

interface ChangeOptions extends Connection {
  readonly role?: PersonRole[];
  readonly team?: string[];
  readonly group?: string[];
  readonly content?: boolean;
  readonly disable?: boolean;
  readonly enable?: boolean;
}

function changeCommand(): Command {
  return new Command('change')
    .description('change what a person may, from their next request on; what is left out stays')
    .argument('<email>')
    .option('--role <roles>', 'all their roles, with commas', roles)
    .option('--team <teams>', 'all their teams, with commas; * is every team', list)
    .option('--group <groups>', 'all their groups, with commas', list)
    .option('--content', 'let them read what people and models wrote, as far as their roles do')
    .option('--no-content', 'withhold it')
    .option('--disable', 'end every session and token of theirs')
    .addOption(new Option('--enable', 'take that back').conflicts('disable'))
    .addOption(urlOption())
    .addOption(tokenOption())
    .action(
      async (
        email: string,
        { role, team, group, content, disable, enable, ...connection }: ChangeOptions,
      ) => {
        const body = {
          ...(role && { roles: role }),
          ...(team && { teams: team }),
          ...(group && { groups: group }),
          ...(content !== undefined && { reads_content: content }),
          ...((disable || enable) && { disabled: disable === true }),
        };
        const person = await callApi(connection, 'PATCH /v1/people/{email}', { params: { email }, body });
        console.log(JSON.stringify(person, null, 2));
      },
    );
}
