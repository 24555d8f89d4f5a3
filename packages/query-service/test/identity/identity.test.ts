import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAgentKey, issueToken, revokeCredential } from '../../src/index.ts';
import { serviceRecords } from '../support/records.ts';
import { codeOf, startService, type TestService } from '../support/service.ts';

let service: TestService;
let clock = 1_800_000_000_000_000_000n;
beforeAll(async () => {
  service = await startService({
    clock: () => {
      clock += 1n;
      return clock;
    },
  });
});
afterAll(() => service.close());

const whoAmI = (token: string | undefined, headers: Record<string, string> = {}) =>
  service.call(token, 'GET', '/v1/session', undefined, headers);
const pass = (seconds: number) => {
  clock += BigInt(seconds) * 1_000_000_000n;
};

describe('keys and tokens', () => {
  test('are known by their digest alone', async () => {
    const token = await service.person('hash@example.com', ['auditor']);
    const rows = await service.service.control.db.selectFrom('credentials').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(token.split('_')[2]);
    expect((await whoAmI(token)).body).toMatchObject({
      kind: 'person',
      name: 'hash@example.com',
      roles: ['auditor'],
    });
  });

  test('nothing that only looks like one is taken', async () => {
    const token = await service.person('shape@example.com', ['auditor']);
    const [kind, id, secret] = token.split('_');
    const forged = [
      `${kind}_${id}_${'0'.repeat(64)}`,
      `tgk_${id}_${secret}`,
      `${kind}_${'0'.repeat(24)}_${secret}`,
      `${token}0`,
      token.toUpperCase(),
      `' OR 1=1 --`,
      '',
    ];
    for (const one of forged) expect(codeOf(await whoAmI(one))).toBe('unauthenticated');
    expect(codeOf(await whoAmI(undefined, { authorization: `Basic ${token}` }))).toBe('unauthenticated');
    expect(codeOf(await whoAmI(undefined, { 'x-api-key': token }))).toBe('unauthenticated');
    expect((await whoAmI(undefined)).status).toBe(401);
  });

  test('end when revoked, at once, and with them the sessions and the collector’s answer', async () => {
    const { control, verifyIngestKey } = service.service;
    const { key, credential_id } = await createAgentKey(control, {
      ...{ principal: 'p', team: 'ops', workflows: ['ops-deploy'], created_by: 'test' },
    });
    expect(await verifyIngestKey(key)).toEqual({ principal: 'p', team: 'ops', workflows: ['ops-deploy'] });
    expect((await whoAmI(undefined, { 'x-api-key': key })).body).toMatchObject({ kind: 'agent', name: 'p' });
    await revokeCredential(control, credential_id, 'test');
    expect(await verifyIngestKey(key)).toBeUndefined();
    expect((await whoAmI(key)).status).toBe(401);
  });

  test('speak for no workflow of another team: not with *, and not by its name', async () => {
    const { control, verifyIngestKey } = service.service;
    const key = (workflows: string[]) =>
      createAgentKey(control, { principal: 'p', team: 'ops', workflows, created_by: 'test' });
    const [all, named] = [await key(['*']), await key(['late-deploy', 'sales-mail', 'unknown-yet'])];
    const speaksFor = async (presented: string) => (await verifyIngestKey(presented))?.workflows;
    const before = (await speaksFor(all.key)) ?? [];
    expect(before).not.toContain('*');
    expect(await speaksFor(named.key)).toEqual(['late-deploy', 'sales-mail', 'unknown-yet']);
    const shared = { policy_version: 'v', owner: 'o@example.com', registered_at: '1' };
    const rows = [
      { workflow: 'late-deploy', team: 'ops', ...shared },
      { workflow: 'sales-mail', team: 'sales', ...shared },
    ];
    await control.change(({ db }) => db.insertInto('workflows').values(rows).execute());
    expect(await speaksFor(all.key)).toEqual([...before, 'late-deploy'].sort());
    expect(await speaksFor(named.key)).toEqual(['late-deploy', 'unknown-yet']);
  });

  test('end when their time is over, by the service’s clock', async () => {
    await service.person('short@example.com', ['auditor']);
    const { token } = await issueToken(service.service.control, {
      ...{ email: 'short@example.com', label: '', created_by: 'test', expires_in_seconds: 60 },
    });
    expect((await whoAmI(token)).status).toBe(200);
    pass(61);
    expect((await whoAmI(token)).status).toBe(401);
  });

  test('open only what they are for', async () => {
    const { control, verifyIngestKey } = service.service;
    const shared = { principal: 'p', team: 'ops', workflows: ['*'], created_by: 'test' };
    const { key: ingest } = await createAgentKey(control, { ...shared, scopes: ['ingest'] });
    const { key: api } = await createAgentKey(control, { ...shared, scopes: ['api'] });
    expect((await whoAmI(ingest)).status).toBe(401);
    expect(await verifyIngestKey(api)).toBeUndefined();
    const person = await service.person('initiator@example.com', ['approver']);
    expect(await verifyIngestKey(person)).toBeUndefined();
    const { token } = await issueToken(control, {
      ...{ email: 'initiator@example.com', label: '', created_by: 'test', scopes: ['initiate'] },
    });
    expect((await whoAmI(token)).status).toBe(401);
    expect((await service.call(undefined, 'POST', '/v1/session', { token })).status).toBe(401);
  });
});

describe('sessions', () => {
  async function signIn(email: string) {
    const token = await service.person(email, ['owner']);
    const { headers, status } = await service.call(undefined, 'POST', '/v1/session', { token });
    const set = headers.getSetCookie();
    expect(status).toBe(201);
    const cookie = set.map((one) => one.split(';')[0]).join('; ');
    return { token, set, cookie, csrf: /tollgate_csrf=([0-9a-f]{64})/.exec(cookie)?.[1] ?? '' };
  }
  const signOut = (cookie: string, csrf: Record<string, string>) =>
    service.call(undefined, 'DELETE', '/v1/session', undefined, { cookie, ...csrf });

  test('open with a token, read with the cookie, change only with the header that matches', async () => {
    const { set, cookie, csrf } = await signIn('cookie@example.com');
    expect(set[0]).toMatch(
      /^tollgate_session=[0-9a-f]{64}; HttpOnly; Path=\/; Max-Age=\d+; SameSite=Strict$/,
    );
    expect(set[1]).not.toContain('HttpOnly');
    expect((await whoAmI(undefined, { cookie })).body).toMatchObject({ name: 'cookie@example.com' });
    const other = await signIn('other@example.com');
    expect(codeOf(await signOut(cookie, {}))).toBe('forbidden');
    expect(codeOf(await signOut(cookie, { 'x-tollgate-csrf': other.csrf }))).toBe('forbidden');
    expect((await signOut(cookie, { 'x-tollgate-csrf': csrf })).body).toEqual({ signed_out: true });
    expect((await whoAmI(undefined, { cookie })).status).toBe(401);
    expect((await whoAmI(undefined, { cookie: other.cookie })).status).toBe(200);
  });

  test('are on record, with whoever is refused with what once was a token', async () => {
    const said = async () =>
      (await serviceRecords(service.service.control))
        .filter(({ kind }) => /^sign/.test(kind))
        .map(({ kind, actor }) => [kind, actor]);
    const before = (await said()).length;
    const { token, cookie, csrf } = await signIn('recorded@example.com');
    await signOut(cookie, { 'x-tollgate-csrf': csrf });
    await revokeCredential(service.service.control, token.split('_')[1] ?? '', 'test');
    for (const wrong of [token, `${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`, 'nonsense'])
      expect((await service.call(undefined, 'POST', '/v1/session', { token: wrong })).status).toBe(401);
    expect((await said()).slice(before)).toEqual([
      ['signed_in', 'recorded@example.com'],
      ['signed_out', 'recorded@example.com'],
      ['sign_in_refused', 'sign-in'],
    ]);
  });

  test('end with their time and with the token that opened them', async () => {
    const { cookie, token } = await signIn('revoked@example.com');
    await revokeCredential(service.service.control, token.split('_')[1] ?? '', 'test');
    expect((await whoAmI(undefined, { cookie })).status).toBe(401);
    const later = await signIn('later@example.com');
    pass(12 * 3600 + 1);
    expect((await whoAmI(undefined, { cookie: later.cookie })).status).toBe(401);
  });

  test('a person who was disabled is nobody', async () => {
    const { cookie, token } = await signIn('gone@example.com');
    await service.service.control.change(async ({ db }) => {
      await db
        .updateTable('people')
        .set({ disabled_at: '1' })
        .where('email', '=', 'gone@example.com')
        .execute();
    });
    expect((await whoAmI(undefined, { cookie })).status).toBe(401);
    expect((await whoAmI(token)).status).toBe(401);
  });
});

describe('Host and Origin', () => {
  const ask = (headers: Record<string, string>) =>
    new Promise<number>((resolve, reject) => {
      const { port } = new URL(service.url);
      request({ port, path: '/healthz', headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
        .on('error', reject)
        .end();
    });

  test.each([
    ['localhost', 200],
    ['127.0.0.1:4319', 200],
    ['[::1]:4319', 200],
    ['evil.example', 403],
    ['localhost.evil.example:4319', 403],
    ['127.0.0.1.evil.example', 403],
  ])('host %s gets %i', async (host, status) => expect(await ask({ host })).toBe(status));

  test.each([
    ['http://localhost:4319', 200],
    ['http://evil.example', 403],
    ['http://localhost:4318', 403],
    ['null', 403],
  ])('origin %s gets %i', async (origin, status) =>
    expect(await ask({ host: 'localhost:4319', origin })).toBe(status),
  );
});
