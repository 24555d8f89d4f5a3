import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serviceRecords } from '../support/records.ts';
import { codeOf, noStore, startService, type TestService } from '../support/service.ts';

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

  test('a principal is of one team as long as a key of it lives: nobody else’s key says the same', async () => {
    const admin = await service.person('two@example.com', ['admin'], ['*']);
    const make = (team: string) =>
      service.call(admin, 'POST', '/v1/keys', { principal: 'one-team-agent', team, workflows: ['*'] });
    const { body: made } = await make('ops');
    expect(codeOf(await make('sales'))).toBe('conflict');
    expect((await make('ops')).status).toBe(201);
    const listed = await service.call(admin, 'GET', '/v1/keys?limit=200');
    for (const { credential_id, principal } of listed.body['items'] as Record<string, unknown>[])
      if (principal === 'one-team-agent')
        await service.call(admin, 'POST', `/v1/credentials/${credential_id}/revoke`);
    expect(made).toMatchObject({ key: expect.any(String) });
    expect((await make('sales')).status).toBe(201);
  });

  test('a request that began before its key was revoked, and is sent to its end after it, is refused', async () => {
    const admin = await service.person('slow@example.com', ['admin'], ['*']);
    const { body: made } = await service.call(admin, 'POST', '/v1/keys', KEY);
    const text = JSON.stringify({ reason: 'stop_condition', field: 'x', detail: '', run_id: randomUUID() });
    const sending = request(`${service.url}/v1/workflows/ops-deploy/stop`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${made['key']}`,
        ...{ 'content-type': 'application/json', 'content-length': text.length },
      },
    });
    sending.flushHeaders();
    await sleep(1500);
    await service.call(admin, 'POST', `/v1/credentials/${made['credential_id']}/revoke`);
    sending.end(text);
    const [response] = await once(sending, 'response');
    response.resume();
    expect(response.statusCode).toBe(401);
  });

  test('an admin changes what a person may, for good and at once, and disables them', async () => {
    const admin = await service.person('boss@example.com', ['admin'], ['*']);
    const token = await service.person('changing@example.com', ['owner']);
    const signedIn = await service.call(undefined, 'POST', '/v1/session', { token });
    const [cookie = ''] = signedIn.headers.getSetCookie().map((one) => one.split(';')[0]);
    const change = (body: unknown) => service.call(admin, 'PATCH', '/v1/people/Changing@example.com', body);
    const given = { roles: ['auditor'], teams: ['sales'], groups: ['release'] };
    expect(await change(given)).toMatchObject({ status: 200, body: given });
    expect((await service.call(token, 'GET', '/v1/session')).body).toMatchObject(given);
    expect((await change({ disabled: true })).body).toMatchObject({ disabled: true, ...given });
    expect((await service.call(token, 'GET', '/v1/session')).status).toBe(401);
    expect((await service.call(undefined, 'GET', '/v1/session', undefined, { cookie })).status).toBe(401);
    expect(JSON.stringify((await service.call(admin, 'GET', '/v1/people')).body)).not.toContain('changing@');
    expect((await change({ disabled: false })).status).toBe(200);
    expect((await service.call(token, 'GET', '/v1/session')).status).toBe(401);
    expect((await service.call(undefined, 'GET', '/v1/session', undefined, { cookie })).status).toBe(401);
    const email = 'changing@example.com';
    const again = await service.call(admin, 'POST', '/v1/tokens', { email });
    expect((await service.call(String(again.body['token']), 'GET', '/v1/session')).status).toBe(200);
    const kinds = ['person_changed', 'person_changed', 'person_changed', 'credential_issued'];
    expect((await recorded()).slice(-4)).toEqual(kinds);
    for (const wrong of [{ roles: [] }, { roles: ['agent'] }, { teams: [] }, { email: 'x@example.com' }])
      expect((await change(wrong)).status).toBe(400);
    expect((await service.call(admin, 'PATCH', '/v1/people/nobody@example.com', given)).status).toBe(404);
  });

  test('no admin changes their own rights, or those of people of teams that they do not see', async () => {
    const local = await service.person('local@example.com', ['admin'], ['ops']);
    await service.person('both@example.com', ['owner'], ['ops', 'sales']);
    await service.person('sales@example.com', ['owner'], ['sales']);
    await service.person('mine@example.com', ['owner'], ['ops']);
    const change = (email: string, body: unknown) =>
      service.call(local, 'PATCH', `/v1/people/${email}`, body);
    expect((await change('local@example.com', { reads_content: true })).status).toBe(403);
    expect((await change('root@example.com', { disabled: true })).status).toBe(403);
    expect((await change('both@example.com', { disabled: true })).status).toBe(403);
    expect((await change('sales@example.com', { disabled: true })).status).toBe(404);
    expect((await change('mine@example.com', { teams: ['*'] })).status).toBe(404);
    expect((await change('mine@example.com', { teams: ['ops', 'sales'] })).status).toBe(404);
    expect((await change('mine@example.com', { roles: ['reviewer'] })).status).toBe(200);
  });

  test('lists of people tell a team nothing of another, page by page', async () => {
    for (const [email, team] of [
      ['page-a@example.com', 'o_s'],
      ['page-b@example.com', 'oxs'],
      ['page-c@example.com', 'o_s'],
    ] as const)
      await service.person(email, ['owner'], [team]);
    const auditor = await service.person('page-d@example.com', ['auditor'], ['o_s']);
    const seen: unknown[] = [];
    let cursor: unknown = null;
    do {
      const after: string = cursor === null ? '' : `&cursor=${cursor}`;
      const { body } = await service.call(auditor, 'GET', `/v1/people?limit=1${after}`);
      const items = body['items'] as Record<string, unknown>[];
      expect(items).toHaveLength(1);
      seen.push(...items.map(({ email }) => email));
      cursor = body['next_cursor'];
      expect(Buffer.from(String(cursor), 'base64url').toString()).not.toContain('page-b');
    } while (cursor !== null);
    expect(seen.filter((email) => String(email).startsWith('page-'))).toEqual(
      ['a', 'c', 'd'].map((each) => `page-${each}@example.com`),
    );
  });

  test('a key is rotated into a second one, which is as the first and says so on record', async () => {
    const admin = await service.person('rotating@example.com', ['admin'], ['*']);
    const made = await service.call(admin, 'POST', '/v1/keys', { ...KEY, scopes: ['ingest'], label: 'east' });
    const [id, key] = [String(made.body['credential_id']), String(made.body['key'])];
    const rotate = (body: unknown, token = admin, of = id) =>
      service.call(token, 'POST', `/v1/keys/${of}/rotate`, body);
    const second = await rotate({ overlap_seconds: 3600, expires_in_seconds: 7200 });
    expect(second.status).toBe(201);
    const ends = Date.parse(String((second.body['replaces'] as Record<string, unknown>)['expires_at']));
    expect(Math.abs(ends - Date.now() - 3_600_000)).toBeLessThan(600_000);
    const { verifyIngestKey, control } = service.service;
    expect(await verifyIngestKey(String(second.body['key']))).toEqual(await verifyIngestKey(key));
    const { items } = (await service.call(admin, 'GET', '/v1/keys')).body as {
      items: Record<string, unknown>[];
    };
    expect(items.find((one) => one['credential_id'] === second.body['credential_id'])).toMatchObject({
      ...{ principal: 'ops-agent', team: 'ops', workflows: ['*'], scopes: ['ingest'], label: 'east' },
      created_by: 'rotating@example.com',
    });
    const [record] = (await serviceRecords(control)).slice(-1);
    expect(record).toMatchObject({ kind: 'credential_issued', detail: { replaces: id } });
    // A longer change-over does not make the old key live longer than was said once.
    const third = await rotate({ overlap_seconds: 86_400 });
    expect(third.body['replaces']).toEqual(second.body['replaces']);
    const local = await service.person('sales-admin@example.com', ['admin'], ['sales']);
    expect((await rotate({}, local)).status).toBe(404);
    await service.call(admin, 'POST', `/v1/credentials/${id}/revoke`);
    for (const of of [id, '0'.repeat(24), String(admin.split('_')[1])])
      expect((await rotate({}, admin, of)).status).toBe(404);
  });

  test('an admin of a team ends keys of it and tokens of its people, and of nobody else', async () => {
    const root = await service.person('revoking@example.com', ['admin'], ['*']);
    const local = await service.person('ending@example.com', ['admin'], ['ops']);
    const made = (team: string) => service.call(root, 'POST', '/v1/keys', { ...KEY, team });
    const revoke = async (id: unknown) =>
      (await service.call(local, 'POST', `/v1/credentials/${id}/revoke`)).status;
    expect(await revoke((await made('ops')).body['credential_id'])).toBe(200);
    expect(await revoke((await made('sales')).body['credential_id'])).toBe(404);
    const mine = await service.person('one-team@example.com', ['owner'], ['ops']);
    const shared = await service.person('two-teams@example.com', ['owner'], ['ops', 'sales']);
    expect([await revoke(mine.split('_')[1]), await revoke(shared.split('_')[1])]).toEqual([200, 404]);
    expect(await revoke(root.split('_')[1])).toBe(404);
  });

  test('live tokens are listed without secrets, to each admin those of their teams', async () => {
    const root = await service.person('listing@example.com', ['admin'], ['*']);
    const local = await service.person('listing-sales@example.com', ['admin'], ['sales']);
    const list = async (token: string, query = '') =>
      (await service.call(token, 'GET', `/v1/tokens?limit=200${query}`)).body as {
        items: Record<string, unknown>[];
      };
    const mine = await list(local, '&email=listing-sales@example.com');
    expect(mine.items).toMatchObject([{ credential_id: local.split('_')[1], label: 'test' }]);
    expect((await list(local, '&email=listing@example.com')).items).toMatchObject([
      { email: 'listing@example.com' },
    ]);
    expect((await list(local, '&email=mine@example.com')).items).toEqual([]);
    const all = JSON.stringify(await list(root));
    for (const token of [root, local]) expect(all).not.toContain(token.split('_')[2]);
    await service.call(root, 'POST', `/v1/credentials/${local.split('_')[1]}/revoke`);
    expect((await list(root, '&email=listing-sales@example.com')).items).toEqual([]);
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
