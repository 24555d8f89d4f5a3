import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readPerson } from '../../src/identity/verify.ts';
import { startNotifier } from '../../src/incidents/notifier.ts';
import { createPerson } from '../../src/index.ts';
import { registerWorkflow } from '../../src/registrations/register-workflow.ts';
import type { ControlState } from '../../src/state/change.ts';
import { startService, type TestService } from '../support/service.ts';
import { judge, yamlWithPath } from './flags.ts';
import { type Receiver, startReceiver } from './receiver.ts';

let receiver: Receiver;
let service: TestService;
beforeEach(async () => {
  receiver = await startReceiver();
  service = await startService({ background: [], settings: { private_webhooks: true } });
});
afterEach(async () => {
  await receiver.close();
  await service.close();
});

test('a disk that takes no attempt down does not make the receiver hear of the same one without end', async () => {
  const { control, deps } = service.service;
  const email = 'owner@example.com';
  const about = { email, display_name: email, roles: ['owner' as const], teams: ['ops'], created_by: 'test' };
  const owner = await readPerson(control, (await createPerson(control, about)).person_id);
  if (owner === undefined) throw new Error('nobody is there');
  const path = `{ people: [${email}], webhook: "${receiver.url}/hook" }`;
  await registerWorkflow(deps, owner, yamlWithPath(path));
  await judge(control, deps.clock(), 'critical');

  let changes = 0;
  const full: ControlState = {
    ...control,
    db: control.db,
    // The first makes the secret; the next would write the attempt down.
    change: (work) =>
      changes++ === 0 ? control.change(work) : Promise.reject(new Error('database or disk is full')),
  };
  let looks = 0;
  const clock = () => {
    looks++;
    return deps.clock();
  };
  const stuck = startNotifier({ ...deps, control: full, clock }, { intervalMs: 5, rest_ms: 60_000 });
  while (changes < 2) await pause(5);
  const before = looks;
  while (looks < before + 20) await pause(5);
  expect(receiver.received).toHaveLength(1);
  await stuck.stop();

  const mended = startNotifier(deps, { intervalMs: 5 });
  await receiver.until(2);
  await mended.stop();
  const [first, again] = receiver.received;
  expect(again?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
});
