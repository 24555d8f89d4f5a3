import { ROLES, type Role } from '@tollgate/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startService, type TestService } from '../support/service.ts';
import { MATRIX } from './matrix.ts';
import { ALL_ROUTES, nameOf } from './routes.ts';

let service: TestService;
const tokens = new Map<Role, string>();
beforeAll(async () => {
  service = await startService({ background: [] });
  for (const role of ROLES)
    tokens.set(
      role,
      role === 'agent' ? await service.key() : await service.person(`${role}@example.com`, [role], ['ops']),
    );
});
afterAll(() => service?.close());

test('every route of the API is in the matrix, and nothing else', () => {
  expect(ALL_ROUTES.map(nameOf).sort()).toEqual(Object.keys(MATRIX).sort());
});

const ID = '0198c3a0-0000-7000-8000-000000000001';
const closed = ALL_ROUTES.filter((route) => MATRIX[nameOf(route)]?.roles !== 'public');

describe.each(closed.map((route) => ({ route, name: nameOf(route) })))('$name', ({ route, name }) => {
  const path = route.path.replaceAll(/\{\w+\}/g, ID);
  const body = route.body === undefined ? undefined : {};
  const ask = (token: string | undefined) => service.call(token, route.method.toUpperCase(), path, body);

  test('refuses who shows nothing, or something invalid', async () => {
    expect((await ask(undefined)).status).toBe(401);
    expect((await ask('tgp_0123456789abcdef01234567_nonsense')).status).toBe(401);
  });

  test.each(ROLES)('answers %s as the matrix says', async (role) => {
    const { status } = await ask(tokens.get(role));
    // Past the door there is no store here, nothing by that id and an empty body: any other answer will do.
    if (MATRIX[name]?.roles.includes(role)) expect([401, 403]).not.toContain(status);
    else expect(status).toBe(403);
  });
});
