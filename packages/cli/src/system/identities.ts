import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createAgentKey,
  createPerson,
  findPerson,
  issueToken,
  type QueryService,
} from '@tollgate/query-service';
import type { Provisioned, ProvisionSpec } from '../demo/demo-result.ts';

type Control = QueryService['control'];
type NewPerson = Parameters<typeof createPerson>[1];

const COMMAND_LINE = 'tollgate up';

/**
 * The first admin of an installation, whose token is kept beside the data, readable by its owner alone. Each start issues a
 * new one: whoever can read this directory can do anything with it anyway.
 */
export async function firstAdmin(
  control: Control,
  directory: string,
): Promise<{ email: string; token: string; tokenFile: string }> {
  const email = 'admin@tollgate.invalid';
  await ensurePerson(control, {
    email,
    display_name: 'First admin',
    roles: ['admin'],
    teams: ['*'],
    created_by: COMMAND_LINE,
  });
  const { token } = await issueToken(control, { email, label: 'first admin', created_by: COMMAND_LINE });
  const tokenFile = join(directory, 'admin-token');
  await mkdir(directory, { recursive: true });
  await writeFile(tokenFile, `${token}\n`, { mode: 0o600 });
  return { email, token, tokenFile };
}

/** Makes people, their tokens and agents' keys; people who are there already get a new token. */
export async function provision(control: Control, { people, agents }: ProvisionSpec): Promise<Provisioned> {
  const peopleTokens: Record<string, string> = {};
  for (const { name, email, roles, teams } of people) {
    await ensurePerson(control, {
      email,
      display_name: name,
      roles: [...roles],
      teams: [...teams],
      created_by: COMMAND_LINE,
    });
    const { token } = await issueToken(control, { email, label: 'demo', created_by: COMMAND_LINE });
    peopleTokens[email] = token;
  }
  const agentKeys: Record<string, string> = {};
  for (const { principal, team, workflows } of agents) {
    const { key } = await createAgentKey(control, {
      principal,
      team,
      workflows: [...workflows],
      label: 'demo',
      created_by: COMMAND_LINE,
    });
    agentKeys[principal] = key;
  }
  return { agentKeys, peopleTokens };
}

async function ensurePerson(control: Control, person: NewPerson): Promise<void> {
  if ((await findPerson(control, person.email)) === undefined) await createPerson(control, person);
}
