import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningSystem, startRunningSystem } from '../support/running-system.ts';
import { tollgate } from '../support/tollgate.ts';

const WORKFLOW = 'ops-checks-and-deploy';
const OWNER = 'noor.haddad@demo.example';

let system: RunningSystem;
let owner: string;
const as = (token: string, ...args: string[]) =>
  tollgate([...args, '--url', system.serviceUrl], { TOLLGATE_TOKEN: token });
const incidents = (...args: string[]) => as(owner, 'incidents', ...args);

beforeAll(async () => {
  system = await startRunningSystem();
  const { token } = system.admin;
  const person = ['people', 'add', OWNER, '--name', 'Noor', '--role', 'owner', '--team', 'ops'];
  owner = (await as(token, ...person)).stdout.trim();
  const file = join(system.directory, 'ops.yaml');
  const demo = new URL(`../../demo-workflows/${WORKFLOW}.workflow.yaml`, import.meta.url);
  // An address of this machine, to which nothing is sent unless a setting allows.
  const path = `incident: { people: [${OWNER}], webhook: "http://127.0.0.1:9/hook" }`;
  await writeFile(file, (await readFile(demo, 'utf8')).replace(/^incident: .*$/m, path));
  expect(await as(owner, 'register', file)).toMatchObject({ code: 0 });
});
afterAll(() => system?.stop());

test('a secret is printed alone, so that it can be piped, and again as another', async () => {
  const first = await incidents('rotate-secret', WORKFLOW);
  expect(first).toMatchObject({ code: 0, stderr: '' });
  expect(first.stdout).toMatch(/^whsec_[A-Za-z0-9+/]{43}=\n$/);
  const second = await incidents('rotate-secret', WORKFLOW);
  expect(second.stdout).toMatch(/^whsec_[A-Za-z0-9+/]{43}=\n$/);
  expect(second.stdout).not.toBe(first.stdout);
  expect(second.stderr).toMatch(/^The one before signs until \d{4}-.*\.\n$/);
});

test('a test is sent, and the list says why it did not arrive', async () => {
  expect(await incidents('list')).toMatchObject({ code: 0, stdout: 'Nothing went down an incident path.\n' });
  const sent = await incidents('test', WORKFLOW);
  expect(sent).toMatchObject({ code: 0, stdout: expect.stringContaining('is on its way to 127.0.0.1:9') });
  const list = async () => (await incidents('list', '--workflow', WORKFLOW, '--state', 'waiting')).stdout;
  // The first attempt is made within a moment; that none ever is, ends this test by its time.
  while (!(await list()).includes('address_not_allowed')) await pause(100);
  expect(await list()).toMatch(/ops-checks-and-deploy.*test.*waiting.*address_not_allowed/);
  expect((await incidents('list', '--state', 'delivered')).stdout).toBe(
    'Nothing went down an incident path.\n',
  );
});

test('a workflow that is not there, and a state that is none, are refused in words', async () => {
  const absent = await incidents('test', 'nobodys');
  expect(absent).toMatchObject({ code: 1, stderr: expect.stringContaining('workflow_not_registered') });
  const wrong = await incidents('list', '--state', 'lost');
  expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('given_up') });
});
