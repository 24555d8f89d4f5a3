import type { Tracer } from '@opentelemetry/api';
import { TollgateError } from '@tollgate/contract';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import type { Deps } from './deps.ts';
import { toErrorBody, toTollgateError } from './http/errors.ts';
import type { ServiceMetrics } from './http/metrics.ts';
import { type Authenticate, mount } from './http/mount.ts';
import { observe, requestIdOf, withRequestId } from './http/observe.ts';
import { openApi } from './http/openapi.ts';
import { reference } from './http/reference.ts';
import type { Route } from './http/route.ts';

export interface AppOptions {
  readonly deps: Deps;
  readonly routes: readonly (readonly Route[])[];
  readonly authenticate: Authenticate;
  /** Aborted when the service drains; long polls then answer what they know. */
  readonly drain: AbortSignal;
  readonly metrics: ServiceMetrics;
  /** For the service's own traces; without it there are none. */
  readonly tracer?: Tracer | undefined;
  /** Handlers that come before the API, e.g. checks of Host and Origin. */
  readonly before?: readonly RequestHandler[];
  /** Handlers that come after it, e.g. the pages of the console. */
  readonly after?: readonly RequestHandler[];
}

export const API_VERSION = '1.0.0';

/** The Express app, not yet listening. */
export function createApp({
  deps,
  routes,
  authenticate,
  drain,
  metrics,
  tracer,
  before = [],
  after = [],
}: AppOptions): Express {
  const all = routes.flat();
  const description = openApi(all, API_VERSION);
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple');
  app.use(withRequestId, observe({ logger: deps.logger, metrics, tracer }), helmet(), ...before);
  app.get('/openapi.json', (_request, response) => void response.json(description));
  app.get('/reference', reference(description));
  app.use('/v1', neverStore);
  app.use(mount(all, deps, authenticate, drain));
  if (after.length > 0) app.use(...after);
  app.use(() => {
    throw new TollgateError('not_found', 'No such route.');
  });
  app.use(answerError(deps));
  return app;
}

const neverStore: RequestHandler = (_request, response, next) => {
  response.setHeader('cache-control', 'no-store');
  next();
};

function answerError({ logger }: Deps): ErrorRequestHandler {
  return (error, request, response, next) => {
    const known = toTollgateError(error);
    const request_id = requestIdOf(response);
    if (known.status >= 500)
      logger.error({ err: error, request_id, method: request.method, path: request.path }, 'request failed');
    if (response.headersSent) return next(error);
    if ((known.status === 429 || known.status === 503) && !response.hasHeader('retry-after'))
      response.setHeader('retry-after', '1');
    if (known.status === 401) response.setHeader('www-authenticate', 'Bearer');
    response.status(known.status).json(toErrorBody(known, request_id));
  };
}
