import { randomUUID } from 'node:crypto';
import { TollgateError } from '@tollgate/contract';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import type { Deps } from './deps.ts';
import { toErrorBody, toTollgateError } from './http/errors.ts';
import { type Authenticate, mount } from './http/mount.ts';
import { openApi } from './http/openapi.ts';
import type { Route } from './http/route.ts';

export interface AppOptions {
  readonly deps: Deps;
  readonly routes: readonly (readonly Route[])[];
  readonly authenticate: Authenticate;
  /** Aborted when the service drains; long polls then answer what they know. */
  readonly drain: AbortSignal;
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
  before = [],
  after = [],
}: AppOptions): Express {
  const all = routes.flat();
  const description = openApi(all, API_VERSION);
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple');
  app.use(withRequestId, logAnswer(deps), helmet(), ...before);
  app.get('/openapi.json', (_request, response) => void response.json(description));
  app.use('/v1', neverStore);
  app.use(mount(all, deps, authenticate, drain));
  if (after.length > 0) app.use(...after);
  app.use(() => {
    throw new TollgateError('not_found', 'No such route.');
  });
  app.use(answerError(deps));
  return app;
}

/** The id that an error names and the log line has; one from outside is kept only where it is harmless. */
const withRequestId: RequestHandler = (request, response, next) => {
  const given = request.get('x-request-id');
  const id = given !== undefined && /^[\w-]{8,64}$/.test(given) ? given : randomUUID();
  response.locals['requestId'] = id;
  response.setHeader('x-request-id', id);
  next();
};

/** One line an answer. Paths carry ids and no content; query strings are left out. */
const logAnswer =
  ({ logger }: Deps): RequestHandler =>
  (request, response, next) => {
    const { method, path } = request;
    const started = performance.now();
    response.once('finish', () => {
      const ms = Math.round(performance.now() - started);
      logger.debug(
        { request_id: response.locals['requestId'], method, path, status: response.statusCode, ms },
        'answered',
      );
    });
    next();
  };

const neverStore: RequestHandler = (_request, response, next) => {
  response.setHeader('cache-control', 'no-store');
  next();
};

function answerError({ logger }: Deps): ErrorRequestHandler {
  return (error, request, response, next) => {
    const known = toTollgateError(error);
    const request_id = String(response.locals['requestId']);
    if (known.status >= 500)
      logger.error({ err: error, request_id, method: request.method, path: request.path }, 'request failed');
    if (response.headersSent) return next(error);
    if (known.status === 429 || known.status === 503) response.setHeader('retry-after', '1');
    if (known.status === 401) response.setHeader('www-authenticate', 'Bearer');
    response.status(known.status).json(toErrorBody(known, request_id));
  };
}
