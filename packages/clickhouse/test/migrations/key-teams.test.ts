import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ClickHouse, runMigrations } from '../../src/index.ts';
import { startTestClickHouse } from '../../src/testing.ts';
import { ask } from '../support/landing.ts';
import { backTo } from '../support/older-store.ts';

let store: ClickHouse;
beforeAll(async () => {
  store = await startTestClickHouse();
});
afterAll(() => store?.close());

it('knows the teams of keys that were issued before and after it was there, and nothing of other records', async () => {
  const { owner, service, reader } = store.clients;
  await backTo(store, '_teams_of_keys.sql');
  const record = (kind: string, detail: Readonly<Record<string, string>>) => ({
    ...{ run_id: randomUUID(), writer: randomUUID(), time: '2026-11-01 12:00:00', kind },
    ...{ record: JSON.stringify({ kind, detail }), record_hash: 'x'.repeat(32) },
  });
  const issued = (principal: string, team: string) =>
    record('credential_issued', { kind: 'agent_key', principal, team });
  const insert = (...values: object[]) =>
    service.insert({ table: 'service_records', values, format: 'JSONEachRow' });
  await insert(
    issued('before', 'finance'),
    issued('both', 'finance'),
    record('credential_issued', { kind: 'person_token', principal: 'a person', team: 'finance' }),
    record('credential_revoked', { kind: 'agent_key', principal: 'ended', team: 'finance' }),
  );
  await runMigrations(owner);
  await insert(issued('after', 'payroll'), issued('both', 'payroll'), issued('both', 'payroll'));
  const rows = await ask(
    reader,
    'SELECT principal, groupArray(team) AS teams FROM (SELECT principal, team FROM key_teams ORDER BY team) GROUP BY principal ORDER BY principal',
  );
  expect(rows).toEqual([
    { principal: 'after', teams: ['payroll'] },
    { principal: 'before', teams: ['finance'] },
    { principal: 'both', teams: ['finance', 'payroll'] },
  ]);
});
