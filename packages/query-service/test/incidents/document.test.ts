import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseWorkflow } from '@tollgate/contract';
import { afterEach, expect, test } from 'vitest';
import { startNotifier } from '../../src/incidents/notifier.ts';
import { signedHeaders } from '../../src/incidents/sign.ts';
import { startService, type TestService } from '../support/service.ts';
import { workflowYaml } from '../support/workflow.ts';
import { yamlWithPath } from './flags.ts';

const DOCUMENT = join(import.meta.dirname, '../../../../docs/incidents.md');

let service: TestService | undefined;
let child: ChildProcess | undefined;
let directory: string | undefined;
afterEach(async () => {
  child?.kill('SIGKILL');
  await service?.close();
  if (directory !== undefined) await rm(directory, { recursive: true, force: true });
});

const block = async (language: string): Promise<string> =>
  new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(await readFile(DOCUMENT, 'utf8'))?.[1] ?? '';

/** The receiver of the document, as printed, on a port of the system's choice. */
async function receiver(secret: string): Promise<{ url: string; printed: () => string }> {
  directory = await mkdtemp(join(tmpdir(), 'tollgate-incidents-'));
  const file = join(directory, 'receiver.mjs');
  await writeFile(file, await block('js'));
  child = spawn(process.execPath, [file], {
    env: { ...process.env, WEBHOOK_SECRET: secret, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    out += chunk.toString('utf8');
  });
  while (!out.includes('\n')) if (child.stdout !== null) await once(child.stdout, 'data');
  return { url: `http://127.0.0.1:${/port (\d+)/.exec(out)?.[1]}/hook`, printed: () => out };
}

test('the receiver of the document takes what the service sends, once, and nothing that is forged or old', async () => {
  service = await startService({
    background: [(deps) => startNotifier(deps, { intervalMs: 20 })],
    settings: { private_webhooks: true },
  });
  service.service.start();
  const owner = await service.person('owner@example.com', ['owner']);
  const register = (yaml: string) => service?.call(owner, 'POST', '/v1/workflows', { yaml });
  await register(yamlWithPath('{ people: [owner@example.com] }'));
  const path = '/v1/workflows/ops-deploy/incident-path';
  const { body } = await service.call(owner, 'POST', `${path}/secret`);
  const secret = String(body['secret']);
  const { url, printed } = await receiver(secret);
  await register(yamlWithPath(`{ people: [owner@example.com], webhook: "${url}" }`));
  const sent = await service.call(owner, 'POST', `${path}/test`);
  expect(sent.status).toBe(202);
  const { db } = service.service.control;
  const state = async () => (await db.selectFrom('notifications').select('state').executeTakeFirst())?.state;
  while ((await state()) === 'waiting') await pause(20);
  expect(await state()).toBe('delivered');
  while (!printed().includes('incident.test ops-deploy /workflows/ops-deploy\n')) await pause(20);

  const text = (type: string) => JSON.stringify({ type, data: {} });
  const post = async (id: string, timestamp: number, body = text('twice'), signed = body) => {
    const headers = signedHeaders({ id, timestamp, body: signed }, [secret]);
    return (await fetch(url, { method: 'POST', headers, body })).status;
  };
  const now = Math.floor(Date.now() / 1000);
  expect([await post('again', now), await post('again', now)]).toEqual([204, 204]);
  expect(await post('last', now, text('last'))).toBe(204);
  while (!printed().includes('last')) await pause(20);
  expect(printed().match(/^twice /gm)).toHaveLength(1);
  expect(await post('old', now - 600)).toBe(401);
  expect(await post('no-time', Number.NaN)).toBe(401);
  expect(await post('changed', now, text('changed'), '{}')).toBe(401);
  expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(401);
});

test('the file that the document shows is one', async () => {
  const yaml = workflowYaml().replace(/^incident: .*\n/m, await block('yaml'));
  expect(parseWorkflow(yaml).kind).toBe('valid');
});
