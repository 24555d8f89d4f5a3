import { ROLES, type Role } from '@tollgate/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { controlRoutes } from '../../src/controls/routes.ts';
import { costRoutes } from '../../src/costs/routes.ts';
import { eventRoutes } from '../../src/events/routes.ts';
import { exportRoutes } from '../../src/exports/routes.ts';
import { flagRoutes } from '../../src/flags/routes.ts';
import { priceRoutes } from '../../src/pricing/routes.ts';
import { historyRoutes } from '../../src/registrations/history-routes.ts';
import { runRoutes } from '../../src/runs/routes.ts';
import { sampleRoutes } from '../../src/samples/routes.ts';
import { startService, type TestService } from '../support/service.ts';

const ROUTES = [
  runRoutes,
  costRoutes,
  priceRoutes,
  sampleRoutes,
  flagRoutes,
  controlRoutes,
  eventRoutes,
  historyRoutes,
  exportRoutes,
].flat();

/** Who may ask at all, written down apart from the routes, so that a widened route fails here. */
const READERS: readonly Role[] = ['owner', 'reviewer', 'approver', 'auditor', 'admin'];
const MATRIX: Readonly<Record<string, readonly Role[]>> = {
  'get /v1/runs': READERS,
  'get /v1/runs/{run_id}': READERS,
  'get /v1/runs/{run_id}/evidence': READERS,
  'get /v1/quarantine': ['auditor', 'admin'],
  'get /v1/costs': READERS,
  'get /v1/prices/unpriced': READERS,
  'get /v1/prices': READERS,
  'get /v1/prices/explain': READERS,
  'get /v1/prices/lists': ['auditor', 'admin'],
  'post /v1/prices/lists': ['admin'],
  'post /v1/prices/reprice': ['admin'],
  'get /v1/samples': ['owner', 'reviewer', 'auditor', 'admin'],
  'get /v1/samples/{sample_id}': ['owner', 'reviewer', 'auditor', 'admin'],
  'post /v1/samples/{sample_id}/claim': ['owner', 'reviewer', 'admin'],
  'post /v1/samples/{sample_id}/review': ['owner', 'reviewer', 'admin'],
  'get /v1/flags': READERS,
  'get /v1/flags/{flag_id}': READERS,
  'post /v1/flags/{flag_id}/acknowledge': ['owner', 'reviewer', 'approver', 'admin'],
  'post /v1/flags/{flag_id}/resolve': ['owner', 'reviewer', 'approver', 'admin'],
  'get /v1/controls': READERS,
  'get /v1/controls/results': READERS,
  'get /v1/controls/coverage': READERS,
  'get /v1/controls/{control}/population': READERS,
  'post /v1/controls/evaluate': ['admin'],
  'get /v1/events': READERS,
  'get /v1/workflows/{workflow}/history': READERS,
  'get /v1/suspensions': READERS,
  'get /v1/exports/evidence': ['owner', 'auditor', 'admin'],
};

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

test('every route of this half of the API is in the matrix', () => {
  expect(ROUTES.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(Object.keys(MATRIX).sort());
});

const ID = '0198c3a0-0000-7000-8000-000000000001';

describe.each(ROUTES.map((route) => ({ route, name: `${route.method} ${route.path}` })))(
  '$name',
  ({ route, name }) => {
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
      if (MATRIX[name]?.includes(role)) expect([401, 403]).not.toContain(status);
      else expect(status).toBe(403);
    });
  },
);
