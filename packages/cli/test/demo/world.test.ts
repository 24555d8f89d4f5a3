import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../../src/demo/world/world.ts';

let directory: string;
let world: World;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tollgate-world-'));
  world = await createWorld(directory);
});

afterAll(async () => {
  await world.close();
  await rm(directory, { recursive: true });
});

describe('the systems that the demo works on', () => {
  it('opens a pull request as a real branch with a real commit, and leaves main alone', async () => {
    const before = await world.repository.mainCommits();
    const change = { branch: 'agent/a', path: 'docs/a.md', content: 'A\n', title: 'Add a' };
    const opened = await world.repository.openPullRequest(change);
    expect(await world.repository.diff(opened.commit)).toContain('+A');
    expect(await world.repository.mainCommits()).toEqual(before);
    expect(await world.repository.pullRequests()).toEqual([opened]);
  });

  it('takes no option in the place of a commit', async () => {
    await expect(world.repository.diff('--output=stolen')).rejects.toThrow('fatal');
  });

  it('deploys to the version that is then served', async () => {
    expect(await world.production.deploy('9.9.9')).toEqual({ previous: '4.1.0', current: '9.9.9' });
    expect(await world.production.version()).toBe('9.9.9');
  });

  it('has a service that is down', async () => {
    await expect(world.production.check('reports')).rejects.toThrow('fetch failed');
    expect(await world.production.check('billing')).toEqual({ healthy: true });
  });

  it('reads the CRM through a process of its own, and passes on what its server refuses', async () => {
    expect(await world.crm.call('find_account', { name: 'birch' })).toEqual([
      { account: 'A-17', name: 'Birch Logistics' },
    ]);
    expect(await world.crm.call('read_account', { account: "A-17' OR 1=1 --" })).toEqual([]);
    await expect(world.crm.call('drop_account', {})).rejects.toThrow('not found');
  });

  it('keeps what was sent', async () => {
    await world.mail.send({ to: 'a@customer.example', subject: 'S', body: 'B' });
    expect(await world.mail.delivered()).toEqual([{ to: 'a@customer.example', subject: 'S', body: 'B' }]);
  });

  it('reads no note outside its folder', async () => {
    await expect(world.notes.read('../requirements.jsonl')).rejects.toThrow('there is no note');
  });
});
