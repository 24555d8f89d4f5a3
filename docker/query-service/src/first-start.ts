import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ControlState,
  createAgentKey,
  createPerson,
  findPerson,
  issueToken,
} from '@tollgate/query-service';
import { replaceFile } from './replace-file.ts';

const BY = 'first start';
const EMAIL = 'admin@tollgate.invalid';

/**
 * On the first start, makes an admin with a token and one agent's key, each in a file of the data directory that its
 * owner alone can read. Files that are there stay as they are; removing one has another made at the next start.
 */
export async function firstStart(control: ControlState, directory: string, team: string): Promise<void> {
  await once(join(directory, 'admin-token'), async () => {
    if ((await findPerson(control, EMAIL)) === undefined)
      await createPerson(control, {
        email: EMAIL,
        display_name: 'First admin',
        roles: ['admin'],
        teams: ['*'],
        created_by: BY,
      });
    return (await issueToken(control, { email: EMAIL, label: BY, created_by: BY })).token;
  });
  await once(join(directory, 'agent-key'), async () => {
    const agent = { principal: 'first-agent', team, workflows: ['*'], label: BY, created_by: BY };
    return (await createAgentKey(control, agent)).key;
  });
}

async function once(file: string, make: () => Promise<string>): Promise<void> {
  if (!existsSync(file)) await replaceFile(file, `${await make()}\n`, 0o600);
}
