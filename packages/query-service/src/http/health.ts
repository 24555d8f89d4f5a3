import { TollgateError } from '@tollgate/contract';
import { type Request, type RequestHandler, Router } from 'express';
import type { Registry } from 'prom-client';
import type { Deps } from '../deps.ts';
import { allows } from '../identity/allows.ts';
import type { Authenticate } from './mount.ts';
import { storeHealth } from './store-health.ts';

interface Health {
  readonly deps: Deps;
  readonly drain: AbortSignal;
  readonly registry: Registry;
  readonly authenticate: Authenticate;
}

/** `/healthz`: the process answers. `/readyz`: so do both stores, and it does not drain. `/metrics`: for Prometheus. */
export function healthRoutes({ deps, drain, registry, authenticate }: Health): Router {
  const router = Router();
  router.get('/healthz', (_request, response) => void response.json({ status: 'ok' }));
  router.get('/readyz', async (_request, response) => {
    const checks = await storeHealth(deps);
    const ready = checks.control && checks.store && !drain.aborted;
    response
      .status(ready ? 200 : 503)
      .json({ status: ready ? 'ready' : 'not_ready', draining: drain.aborted, ...checks });
  });
  router.get('/metrics', mayReadMetrics(deps, authenticate), async (_request, response) => {
    response.type(registry.contentType).send(await registry.metrics());
  });
  return router;
}

/** Numbers tell of every team: they are for who is on this machine, for auditors and admins, and for whom it is opened to. */
const mayReadMetrics =
  ({ settings }: Deps, authenticate: Authenticate): RequestHandler =>
  async (request, _response, next) => {
    if (settings.open_metrics || isLocal(request)) return next();
    const allowance = allows(await authenticate(request), { roles: ['auditor', 'admin'] });
    if (allowance !== 'allowed') throw new TollgateError(allowance);
    next();
  };

/** On this machine, and not by way of a proxy that is. */
function isLocal({ socket, headers }: Request): boolean {
  if (headers['x-forwarded-for'] !== undefined || headers['forwarded'] !== undefined) return false;
  return /^(::ffff:)?127\.|^::1$/.test(socket.remoteAddress ?? '');
}
