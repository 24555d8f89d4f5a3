import type { ClickHouse } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAgentKey, revokeCredential } from '../../src/identity/keys.ts';
import { collect } from '../flags/agent.ts';
import { startService, type TestService } from '../support/service.ts';
import { reportedCall } from './reported-call.ts';

let clickhouse: ClickHouse;
let service: TestService;
let auditor: string;
const people = { finance: '', payroll: '' };
beforeAll(async () => {
  clickhouse = await startTestClickHouse();
  const { reader, service: writer } = clickhouse.clients;
  service = await startService({ store: { reader, service: writer }, background: [] });
  service.service.start();
  auditor = await service.person('auditor@example.com', ['auditor'], ['*']);
  people.finance = await service.person('fay@example.com', ['auditor'], ['finance']);
  people.payroll = await service.person('pat@example.com', ['auditor'], ['payroll']);
  for (const team of ['finance', 'payroll']) await service.key(team);
  await moved('mover');
  await collect(clickhouse, [
    call({ principal: 'finance-agent', team: 'finance', usd: '1' }),
    // Somebody else's name, and nobody's, as stock instrumentation has it.
    call({ principal: 'finance-agent', team: 'payroll', usd: '10' }),
    call({ principal: 'finance-agent', team: '', usd: '100' }),
    call({ principal: 'payroll-agent', team: 'payroll', usd: '1000' }),
    // A key that only another collector knows.
    call({ principal: 'elsewhere', team: 'payroll', usd: '10000' }),
    // One name, keys of two teams.
    call({ principal: 'mover', team: 'payroll', usd: '100000' }),
    call({ principal: 'mover', team: 'research', usd: '1000000' }),
    // Of the two lists of models: no price, and a cost that cannot be read.
    call({ principal: 'finance-agent', team: 'payroll', model: 'invented' }),
    call({ principal: 'finance-agent', team: 'payroll', usd: 'much', model: 'invented' }),
  ]);
  expect(await service.service.flush()).toBe(true);
});
afterAll(async () => {
  await service?.close();
  await clickhouse?.close();
});

/** First finance's, then payroll's. */
async function moved(principal: string): Promise<void> {
  const { control } = service.service;
  const of = { principal, workflows: ['*'], created_by: 'test' };
  const { credential_id } = await createAgentKey(control, { ...of, team: 'finance' });
  await revokeCredential(control, credential_id, 'test');
  await createAgentKey(control, { ...of, team: 'payroll' });
}

interface Call {
  readonly principal: string;
  /** As the span claims. */
  readonly team: string;
  readonly usd?: string;
  readonly model?: string;
}

const call = ({ team, ...reported }: Call) =>
  reportedCall({ ...reported, claims: { 'tollgate.team': team } });

async function list(token: string, path: string, name = 'items') {
  const { status, body } = await service.call(token, 'GET', path);
  expect([path, status, body]).toEqual([path, 200, body]);
  return body[name] as readonly Record<string, unknown>[];
}

test('a call costs the team whose key it came with, whatever its span claims', async () => {
  const teams = await list(auditor, '/v1/costs?group_by=team&model=gpt-4o');
  expect(Object.fromEntries(teams.map(({ team, cost_usd }) => [team, cost_usd]))).toEqual({
    finance: '111',
    payroll: '11000',
    '': '1100000',
  });
});

test('each team sees what its keys spent, and nothing that others say it did', async () => {
  const spent = async (token: string, query: string) =>
    (await list(token, `/v1/costs?model=gpt-4o${query}`)).map(({ cost_usd }) => cost_usd);
  for (const query of ['', '&group_by=day', '&group_by=run&team=finance', '&team=finance'])
    expect([query, await spent(people.finance, query)]).toEqual([
      query,
      query.includes('run') ? ['100', '10', '1'] : ['111'],
    ]);
  expect(await spent(people.payroll, '')).toEqual(['11000']);
  expect(await spent(people.payroll, '&team=finance')).toEqual([]);
  expect(await spent(auditor, '&team=finance')).toEqual(['111']);
});

test.each(['items', 'unread_costs'])('models without a price go by the key as well: %s', async (name) => {
  const models = async (token: string) =>
    (await list(token, '/v1/prices/unpriced', name)).map(({ model }) => model);
  expect(await models(people.finance)).toEqual(['invented']);
  expect(await models(people.payroll)).toEqual([]);
  expect(await models(auditor)).toEqual(['invented']);
});
