import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noStore, startService, type TestService } from '../support/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startService({ store: noStore() });
});
afterAll(() => service.close());

const PERSON = { email: 'new@example.com', display_name: 'New', roles: ['approver'], teams: ['ops'] };
const KEY = { principal: 'ops-agent', team: 'ops', workflows: ['*'] };

async function recorded(): Promise<readonly string[]> {
  const rows = await service.service.control.db
    .selectFrom('evidence_outbox')
    .select('row')
    .where('table_name', '=', 'service_records')
    .orderBy('position')
    .execute();
  return rows.map(({ row }) => JSON.parse(row).kind);
}

describe('people, tokens and keys', () => {
  test('an admin adds them; each works at once, is on record, and ends at once when it is revoked', async () => {
    const admin = await service.person('root@example.com', ['admin'], ['*']);
    const person = await service.call(admin, 'POST', '/v1/people', PERSON);
    expect(person.status).toBe(201);
    const token = String(person.body['token']);
    expect(await service.call(token, 'GET', '/v1/session')).toMatchObject({
      status: 200,
      body: { name: PERSON.email },
    });
    expect((await service.call(admin, 'POST', '/v1/people', PERSON)).status).toBe(409);

    const made = await service.call(admin, 'POST', '/v1/keys', KEY);
    expect(made.status).toBe(201);
    const key = String(made.body['key']);
    expect(await service.service.verifyIngestKey(key)).toMatchObject({ principal: 'ops-agent', team: 'ops' });
    const listed = await service.call(admin, 'GET', '/v1/keys');
    expect(JSON.stringify(listed.body)).toContain(String(made.body['credential_id']));
    expect(JSON.stringify(listed.body)).not.toContain(key);

    for (const id of [made.body['credential_id'], person.body['credential_id']])
      expect((await service.call(admin, 'POST', `/v1/credentials/${id}/revoke`)).status).toBe(200);
    expect(await service.service.verifyIngestKey(key)).toBeUndefined();
    expect((await service.call(token, 'GET', '/v1/session')).status).toBe(401);
    const kinds = await recorded();
    expect(kinds.slice(-5)).toEqual([
      'person_added',
      'credential_issued',
      'credential_issued',
      'credential_revoked',
      'credential_revoked',
    ]);
  });

  test('nobody but an admin adds any, and an admin of one team none for another', async () => {
    const before = await recorded();
    for (const role of ['owner', 'reviewer', 'approver', 'auditor'] as const) {
      const token = await service.person(`${role}@example.com`, [role], ['*']);
      for (const [path, body] of [
        ['/v1/people', { ...PERSON, email: 'other@example.com' }],
        ['/v1/keys', KEY],
        ['/v1/tokens', { email: 'root@example.com' }],
      ] as const)
        expect((await service.call(token, 'POST', path, body)).status).toBe(403);
    }
    const local = await service.person('ops-admin@example.com', ['admin'], ['ops']);
    expect((await service.call(local, 'POST', '/v1/keys', { ...KEY, team: 'sales' })).status).toBe(404);
    expect(
      (await service.call(local, 'POST', '/v1/people', { ...PERSON, email: 'x@example.com', teams: ['*'] }))
        .status,
    ).toBe(404);
    // A token of somebody else’s is that person’s whole power.
    expect((await service.call(local, 'POST', '/v1/tokens', { email: 'root@example.com' })).status).toBe(404);
    const own = (kind: string) => kind !== 'person_added' && kind !== 'credential_issued';
    expect((await recorded()).filter(own)).toEqual(before.filter(own));
  });
});
