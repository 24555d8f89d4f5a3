import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readPerson } from '../../src/identity/verify.ts';
import { createPerson, openControlState } from '../../src/index.ts';
import { registerWorkflow } from '../../src/registrations/register-workflow.ts';
import { placeOf, startService, type TestService } from '../support/service.ts';
import { judge, yamlWithPath } from './flags.ts';
import { type Receiver, startReceiver } from './receiver.ts';

let receiver: Receiver;
let service: TestService;
const children = new Set<ChildProcess>();
beforeEach(async () => {
  receiver = await startReceiver();
  service = await startService({ background: [] });
});
afterEach(async () => {
  for (const child of children) await kill(child);
  await receiver.close();
  await service.close();
});

/** A service of its own process on the same control state. */
async function start(): Promise<ChildProcess> {
  const script = new URL('child.ts', import.meta.url).pathname;
  const place = JSON.stringify(await placeOf(service.directory));
  const child = spawn(process.execPath, ['--conditions=tollgate-source', script, place], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  children.add(child);
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  children.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

test('a service that is killed while it delivers does so again, under the same id, once it runs again', async () => {
  const { control, deps } = service.service;
  const email = 'owner@example.com';
  const about = { email, display_name: email, roles: ['owner' as const], teams: ['ops'], created_by: 'test' };
  const { person_id } = await createPerson(control, about);
  const owner = await readPerson(control, person_id);
  if (owner === undefined) throw new Error('nobody is there');
  const path = `{ people: [${email}], webhook: "${receiver.url}/hook" }`;
  await registerWorkflow(deps, owner, yamlWithPath(path));
  await judge(control, deps.clock(), 'critical');
  await service.close({ keep: true });

  receiver.answer = () => undefined;
  const first = await start();
  await receiver.until(1);
  await kill(first);
  receiver.answer = (response) => void response.writeHead(204).end();
  await start();
  await receiver.until(2);
  const [before, after] = receiver.received;
  expect(after?.headers['webhook-id']).toBe(before?.headers['webhook-id']);
  expect(after?.body).toBe(before?.body);
  const watched = await openControlState({ ...(await placeOf(service.directory)), clock: deps.clock });
  const state = async () =>
    (await watched.db.selectFrom('notifications').select('state').executeTakeFirst())?.state;
  // What was answered is written down a moment later; that it never is, ends this test by its time.
  while ((await state()) === 'waiting') await pause(20);
  expect(await state()).toBe('delivered');
  await watched.close();
  for (const child of children) await kill(child);
  await service.restart();
}, 60_000);
