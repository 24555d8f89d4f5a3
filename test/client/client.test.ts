import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createClient, type TollgateClient } from '@tollgate/client';
import { afterAll, beforeAll, expect, expectTypeOf, test } from 'vitest';
import { type SeededService, startSeededService } from '../support/seeded-service.ts';

let service: SeededService;
let client: TollgateClient;
beforeAll(async () => {
  service = await startSeededService();
  client = createClient({ url: service.url, token: service.credentials.person, reconnect_ms: 1 });
});
afterAll(() => service?.stop());

test('lists are read to their end, in pages of any size', async () => {
  const all: string[] = [];
  for await (const { approval_id } of client.items('GET /v1/approvals', { query: { limit: 1 } }))
    all.push(approval_id);
  const { items } = await client.call('GET /v1/approvals');
  expect(all).toEqual(items.map(({ approval_id }) => approval_id));
  expect(all.length).toBeGreaterThan(0);
});

test('types are those of the service', async () => {
  const run = await client.call('GET /v1/suspensions', { query: { state: 'over' } });
  expectTypeOf(run.items).items.toHaveProperty('resumed_by').toEqualTypeOf<string | null>();
  // @ts-expect-error There is no such route.
  void (() => client.call('GET /v1/nothing'));
  // @ts-expect-error A run has to be named.
  void (() => client.call('GET /v1/runs/{run_id}'));
  // @ts-expect-error No such state.
  void (() => client.call('GET /v1/flags', { query: { state: 'lost' } }));
  // @ts-expect-error Not a list.
  void (() => client.items('GET /v1/session'));
  expect(run.items.length).toBe(1);
});

test('changes are told as they happen, over streams that end and are opened again', async () => {
  const stop = new AbortController();
  const told = client.events({ kinds: ['workflow', 'suspension'], after: '0', signal: stop.signal });
  const kinds: string[] = [];
  for await (const change of told) {
    kinds.push(change.kind === 'reset' ? 'reset' : `${change.kind} ${change.event}`);
    if (kinds.length === 3)
      await client.call('POST /v1/workflows/{workflow}/suspend', {
        params: { workflow: 'ops-deploy' },
        body: { reason: 'again' },
      });
    if (kinds.length === 4) stop.abort();
  }
  expect(kinds).toEqual([
    'workflow registered',
    'suspension suspended',
    'suspension resumed',
    'suspension suspended',
  ]);
});

test('the example of the README runs as printed', async () => {
  const readme = await readFile(join(import.meta.dirname, '../../packages/client/README.md'), 'utf8');
  const [, example = ''] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
  const file = join(import.meta.dirname, `example-${process.pid}.ts`);
  const { url, credentials } = service;
  const env = { ...process.env, TOLLGATE_URL: url, TOLLGATE_TOKEN: credentials.person };
  const run = promisify(execFile);
  await client.call('POST /v1/workflows/{workflow}/resume', {
    params: { workflow: 'ops-deploy' },
    body: { reason: 'for the example' },
  });
  // It waits for a change at its end: approvals are asked for until it has seen one.
  const asking = setInterval(() => void askForApproval(), 200);
  try {
    await writeFile(file, example);
    const { stdout } = await run(process.execPath, ['--conditions=tollgate-source', file], {
      env,
      timeout: 20_000,
    });
    expect(stdout).toContain('walker@example.com is owner');
    expect(stdout).toContain('ops-deploy walker@example.com');
    expect(stdout).toMatch(/^0 USD, and 0 of 0 calls have no price$/m);
    expect(stdout).toMatch(/^not_found /m);
    expect(stdout).toMatch(/^approval requested /m);
  } finally {
    clearInterval(asking);
    await rm(file, { force: true });
  }
});

async function askForApproval(): Promise<void> {
  const agent = createClient({ url: service.url, token: service.credentials.agent });
  const { items } = await client.call('GET /v1/approvals', { query: { limit: 1 } });
  const [one] = items;
  if (one === undefined) throw new Error('the seed has asked for an approval');
  const { run_id, workflow } = one;
  const params = { workflow };
  const { policy_version } = await client.call('GET /v1/workflows/{workflow}', { params });
  await agent.call('POST /v1/approvals', {
    body: {
      ...{ run_id, workflow, policy_version, tool: 'deploy', call_id: crypto.randomUUID(), action: 'deploy' },
      ...{ arguments: '{"version":"v1"}', rollback_note: 'Deploy v0' },
    },
  });
}
