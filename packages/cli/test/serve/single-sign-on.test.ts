import { expect, test } from 'vitest';
import { UserError } from '../../src/output/user-error.ts';
import { readEnvironment } from '../../src/serve/environment.ts';
import { readSingleSignOn, singleSignOnOf } from '../../src/serve/single-sign-on.ts';

const password = 'a'.repeat(24);
const BASE = {
  ...{ CLICKHOUSE_URL: 'http://clickhouse:8123', CLICKHOUSE_USER: 'admin', CLICKHOUSE_PASSWORD: password },
  ...{
    TOLLGATE_OWNER_PASSWORD: password,
    TOLLGATE_LANDING_PASSWORD: password,
    TOLLGATE_SERVICE_PASSWORD: password,
  },
  ...{ TOLLGATE_READER_PASSWORD: password, TOLLGATE_DASHBOARD_PASSWORD: password },
};
const read = (more: Record<string, string>) => singleSignOnOf(readEnvironment({ ...BASE, ...more }));
const OIDC = {
  TOLLGATE_OIDC_ISSUER: 'https://id.example.com',
  TOLLGATE_OIDC_CLIENT_ID: 'tollgate',
  TOLLGATE_OIDC_CLIENT_SECRET: 'a-secret',
  TOLLGATE_OIDC_REDIRECT_URL: 'https://tollgate.example.com/sign-on/callback',
};

test('nothing of it is set: no single sign-on, also where the variables are there and empty', () => {
  expect(read({})).toBeUndefined();
  expect(read({ TOLLGATE_OIDC_ISSUER: '', TOLLGATE_OIDC_RIGHTS: '' })).toBeUndefined();
});

test('what is left out has a default, and groups are JSON', () => {
  const rights = [{ group: 'ops', roles: ['owner'], teams: ['ops'] }];
  expect(read({ ...OIDC, TOLLGATE_OIDC_RIGHTS: JSON.stringify(rights) })).toMatchObject({
    ...{ issuer: 'https://id.example.com', scope: 'openid email profile', groups_claim: 'groups' },
    rights: [{ ...rights[0], groups: [] }],
  });
});

test('people who are not known here are added, unless that is refused', () => {
  expect(read(OIDC)?.unknown_people).toBe('add');
  expect(read({ ...OIDC, TOLLGATE_OIDC_UNKNOWN_PEOPLE: 'refuse' })?.unknown_people).toBe('refuse');
});

test('`tollgate up` reads the same from its own environment, and says what is wrong without a stack', () => {
  expect(readSingleSignOn({ ...OIDC, TOLLGATE_OIDC_RIGHTS: '' })?.issuer).toBe('https://id.example.com');
  expect(readSingleSignOn({})).toBeUndefined();
  expect(() => readSingleSignOn({ TOLLGATE_OIDC_ISSUER: 'x' })).toThrow(UserError);
});

test.each([
  [{ TOLLGATE_OIDC_CLIENT_SECRET: '' }, 'TOLLGATE_OIDC_CLIENT_SECRET'],
  [
    { TOLLGATE_OIDC_REDIRECT_URL: 'https://tollgate.example.com/' },
    'TOLLGATE_OIDC_REDIRECT_URL: ends in /sign-on/callback',
  ],
  [{ TOLLGATE_OIDC_RIGHTS: 'nonsense' }, 'TOLLGATE_OIDC_RIGHTS'],
  [
    { TOLLGATE_OIDC_RIGHTS: '[{"group":"x","roles":["agent"],"teams":["ops"]}]' },
    'TOLLGATE_OIDC_RIGHTS.0.roles.0',
  ],
])('%j is refused by name, and its value is not shown', (more, fault) => {
  expect(() => read({ ...OIDC, ...more })).toThrow(fault);
  expect(() => read({ ...OIDC, ...more })).not.toThrow('a-secret');
});
