import { ERRORS, errorBody, ROLES, type Role } from '@tollgate/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openApi } from '../../src/http/openapi.ts';
import { allows, type PersonIdentity } from '../../src/index.ts';
import { ROUTES } from '../../src/routes.ts';
import { codeOf, startService, type TestService } from '../support/service.ts';

const routes = ROUTES.flat();
let service: TestService;
const tokens = new Map<Role, string>();
beforeAll(async () => {
  service = await startService();
  for (const role of ROLES)
    tokens.set(
      role,
      role === 'agent' ? await service.key() : await service.person(`${role}@example.com`, [role]),
    );
});
afterAll(() => service.close());

/** A path that names nothing that exists. */
const pathOf = (path: string) =>
  path.replaceAll(/\{(\w+)\}/g, (_, name) => (name.endsWith('_id') ? crypto.randomUUID() : 'none'));

describe('who may call what', () => {
  const cases = routes.flatMap(({ method, path, access }) =>
    access === 'public' ? [] : ROLES.map((role) => ({ method, path, role, roles: access.roles })),
  );

  test.each(cases)('$method $path as $role', async ({ method, path, role, roles }) => {
    const body = ['post', 'put', 'patch'].includes(method) ? {} : undefined;
    const { status } = await service.call(tokens.get(role), method.toUpperCase(), pathOf(path), body);
    if (roles.includes(role)) expect(status).not.toBe(401);
    else expect(status).toBe(403);
  });

  test.each(routes.filter(({ access }) => access !== 'public'))(
    '$method $path needs a sign-in',
    async ({ method, path }) => {
      expect((await service.call(undefined, method.toUpperCase(), pathOf(path))).status).toBe(401);
    },
  );

  test('the rule itself: no role without identity, no thing of another team, and agents have no rights of people', () => {
    for (const role of ROLES) {
      const identity = { ...PERSON, roles: [role], teams: ['ops'] };
      expect(allows(undefined, { roles: [role] })).toBe('unauthenticated');
      expect(allows(identity, { roles: [role] }, 'ops')).toBe('allowed');
      expect(allows(identity, { roles: [role] }, 'sales')).toBe('not_found');
      expect(allows({ ...identity, teams: ['*'] }, { roles: [role] }, 'sales')).toBe('allowed');
      for (const other of ROLES)
        if (other !== role) expect(allows(identity, { roles: [other] }, 'ops')).toBe('forbidden');
    }
  });

  test('an auditor changes nothing', () => {
    const changing = routes.filter(({ method, path }) => method !== 'get' && path !== '/v1/session');
    expect(changing.length).toBeGreaterThan(5);
    for (const { access } of changing)
      expect(access === 'public' ? [] : access.roles).not.toContain('auditor');
  });
});

const PERSON: PersonIdentity = {
  ...{ kind: 'person', person_id: 'p', name: 'p@example.com', display_name: 'P' },
  ...{ roles: [], teams: [], groups: [], reads_content: true, session_id: undefined },
};

describe('OpenAPI', () => {
  test('describes every route and nothing else', async () => {
    const { body } = await service.call(undefined, 'GET', '/openapi.json');
    const paths = z
      .record(z.string(), z.record(z.string(), z.looseObject({ operationId: z.string() })))
      .parse(body['paths']);
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(described.sort()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).sort());
    const ids = Object.values(paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
    expect(body['openapi']).toBe('3.1.0');
  });

  test('names each path parameter, and refers to nothing that is not there', () => {
    const description = openApi(routes, '1');
    const { schemas } = z
      .object({ components: z.object({ schemas: z.record(z.string(), z.unknown()) }) })
      .parse(description).components;
    const there = [
      '#/components/responses/error',
      ...Object.keys(schemas).map((name) => `#/components/schemas/${name}`),
    ];
    for (const [, target] of JSON.stringify(description).matchAll(/"\$ref":"([^"]*)"/g))
      expect(there).toContain(target);
    for (const { path, params } of routes) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const schema = params === undefined ? {} : (z.toJSONSchema(params, { io: 'input' }).properties ?? {});
      expect(Object.keys(schema)).toEqual(named);
    }
  });
});

describe('bad input', () => {
  const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
    fetch(`${service.url}/v1/runs`, {
      ...{ method: 'POST', body },
      headers: {
        authorization: `Bearer ${tokens.get('agent')}`,
        'content-type': 'application/json',
        ...headers,
      },
    });

  test.each([
    ['no JSON', '{', {}, 'invalid_request'],
    ['an array', '[]', {}, 'invalid_request'],
    ['unknown fields', '{"owner":"me@example.com"}', {}, 'invalid_request'],
    ['a prototype', '{"__proto__":{"workflow":"x"}}', {}, 'invalid_request'],
    ['another type', 'workflow: x', { 'content-type': 'text/yaml' }, 'unsupported_media_type'],
    ['an unknown encoding', '{}', { 'content-encoding': 'zstd-9' }, 'unsupported_media_type'],
    ['broken gzip', '{}', { 'content-encoding': 'gzip' }, 'invalid_request'],
  ])('%s', async (_, body, headers, code) => {
    const response = await post(body, headers);
    const { error } = errorBody.parse(await response.json());
    expect(error.code).toBe(code);
    expect(error.request_id).toBe(response.headers.get('x-request-id'));
    expect(response.status).toBe(ERRORS[code as keyof typeof ERRORS].status);
  });

  test('a body over the limit, also one that only unpacks to it', async () => {
    const { gzipSync } = await import('node:zlib');
    const large = JSON.stringify({ workflow: 'x'.repeat(5_000_000) });
    expect((await post(large)).status).toBe(413);
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(50_000_000, ' ')));
    expect((await post(bomb, { 'content-encoding': 'gzip' })).status).toBe(413);
  });

  test.each(['/v1/nothing', '/V1/session', '/v1/session/', '/..%2f', '/v1/approvals/%E0%A4%A'])(
    '%s',
    async (path) => {
      const answer = await service.call(tokens.get('admin'), 'GET', path);
      expect([400, 404]).toContain(answer.status);
      expect(codeOf(answer)).toBe(answer.status === 404 ? 'not_found' : 'invalid_request');
    },
  );

  test.each(['limit=0', 'limit=201', 'limit=x', 'cursor=x', 'state=nothing', 'limit=1&limit=2'])(
    'a list with %s',
    async (query) => {
      expect((await service.call(tokens.get('admin'), 'GET', `/v1/approvals?${query}`)).status).toBe(400);
    },
  );

  test('nothing of the API is kept by caches, and pages cannot be framed', async () => {
    const { headers } = await service.call(tokens.get('admin'), 'GET', '/v1/session');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
    expect(headers.get('x-powered-by')).toBeNull();
  });
});

describe('health', () => {
  test('without a store the service lives and is not ready', async () => {
    expect(await service.call(undefined, 'GET', '/healthz')).toMatchObject({ status: 200 });
    expect(await service.call(undefined, 'GET', '/readyz')).toMatchObject({
      status: 503,
      body: { control: true, store: false },
    });
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    // What the set-up recorded of people and keys waits for the store.
    expect(metrics).toMatch(/^tollgate_outbox_rows [1-9]\d*$/m);
  });
});
