import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ControlState,
  createAgentKey,
  createPerson,
  findPerson,
  issueToken,
} from '@tollgate/query-service';
import { replaceFile } from '../output/replace-file.ts';

const BY = 'first start';
const EMAIL = 'admin@tollgate.invalid';

/** A secret that is kept beside the data, readable by its owner alone. */
export interface KeptSecret {
  readonly token: string;
  readonly file: string;
}

export const hasFirstAdmin = async (control: ControlState): Promise<boolean> =>
  (await findPerson(control, EMAIL)) !== undefined;

/** On the first start, makes an admin with a token. Removing the file has another token made at the next start. */
export function firstAdmin(control: ControlState, directory: string): Promise<KeptSecret> {
  return kept(join(directory, 'admin-token'), async () => {
    if (!(await hasFirstAdmin(control)))
      await createPerson(control, {
        email: EMAIL,
        display_name: 'First admin',
        roles: ['admin'],
        teams: ['*'],
        created_by: BY,
      });
    return (await issueToken(control, { email: EMAIL, label: BY, created_by: BY })).token;
  });
}

/** The same for the key of a first agent, which may speak for every workflow of one team. */
export function firstAgentKey(control: ControlState, directory: string, team: string): Promise<KeptSecret> {
  return kept(join(directory, 'agent-key'), async () => {
    const agent = { principal: 'first-agent', team, workflows: ['*'], label: BY, created_by: BY };
    return (await createAgentKey(control, agent)).key;
  });
}

async function kept(file: string, make: () => Promise<string>): Promise<KeptSecret> {
  const there = await readFile(file, 'utf8').catch(() => '');
  if (there.trim() !== '') return { token: there.trim(), file };
  const token = await make();
  await replaceFile(file, `${token}\n`, 0o600);
  return { token, file };
}
