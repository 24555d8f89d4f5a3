import type { ClickHouse } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { collect } from '../flags/agent.ts';
import { startService, type TestService } from '../support/service.ts';
import { workflowYaml } from '../support/workflow.ts';
import { reportedCall } from './reported-call.ts';

let clickhouse: ClickHouse;
let service: TestService;
let auditor: string;
beforeAll(async () => {
  clickhouse = await startTestClickHouse();
  const { reader, service: writer } = clickhouse.clients;
  service = await startService({ store: { reader, service: writer }, background: [] });
  service.service.start();
  auditor = await service.person('auditor@example.com', ['auditor'], ['*']);
  const admin = await service.person('admin@example.com', ['admin', 'owner'], ['*']);
  for (const owner of ['first@example.com', 'second@example.com']) {
    const yaml = workflowYaml({ owner });
    expect((await service.call(admin, 'POST', '/v1/workflows', { yaml })).status).toBe(201);
  }
  await collect(clickhouse, [
    // Before the workflow was handed over, and after.
    call({ workflow: 'ops-deploy', owner: 'first@example.com', usd: '1' }),
    call({ workflow: 'ops-deploy', owner: 'second@example.com', usd: '10' }),
    // Somebody who never owned it, and nobody.
    call({ workflow: 'ops-deploy', owner: 'victim@example.com', usd: '100' }),
    call({ workflow: 'ops-deploy', owner: '', usd: '1000' }),
    // Nobody has registered this one, and this is in no workflow.
    call({ workflow: 'elsewhere', owner: 'other@example.com', usd: '10000' }),
    call({ workflow: '', owner: '', usd: '100000' }),
  ]);
  expect(await service.service.flush()).toBe(true);
});
afterAll(async () => {
  await service?.close();
  await clickhouse?.close();
});

interface Call {
  readonly workflow: string;
  /** As the span claims. */
  readonly owner: string;
  readonly usd: string;
}

const call = ({ workflow, owner, usd }: Call) =>
  reportedCall({ usd, claims: { 'tollgate.workflow': workflow, 'tollgate.owner': owner } });

async function costs(query: string): Promise<readonly Record<string, unknown>[]> {
  const { status, body } = await service.call(auditor, 'GET', `/v1/costs?${query}`);
  expect([status, body]).toEqual([200, body]);
  return body['items'] as readonly Record<string, unknown>[];
}

test('a call of a registered workflow costs somebody who has owned it, whomever its span names', async () => {
  const owners = await costs('group_by=owner');
  expect(Object.fromEntries(owners.map(({ owner, cost_usd }) => [owner, cost_usd]))).toEqual({
    'first@example.com': '1',
    'second@example.com': '1110',
    'other@example.com': '10000',
    '': '100000',
  });
});

test.each(['day', 'run', 'workflow'])('the same where one owner is asked for, by %s', async (group) => {
  const spent = async (owner: string) => {
    const items = await costs(`group_by=${group}&owner=${owner}`);
    return items.reduce((sum, { cost_usd }) => sum + Number(cost_usd), 0);
  };
  expect(await spent('second@example.com')).toBe(1110);
  expect(await spent('victim@example.com')).toBe(0);
});

test('owners and teams together', async () => {
  const items = await costs('group_by=owner,team&workflow=ops-deploy');
  expect(items.map(({ owner, cost_usd }) => [owner, cost_usd])).toEqual([
    ['second@example.com', '1110'],
    ['first@example.com', '1'],
  ]);
});
