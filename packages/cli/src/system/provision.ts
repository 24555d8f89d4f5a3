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
