import { TollgateError } from '@tollgate/contract';
import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import { allows } from '../identity/allows.ts';
import type { Identity } from '../identity/identity.ts';
import { matched } from './observe.ts';
import { type RateLimits, rateLimits } from './rate-limits.ts';
import type { Route } from './route.ts';
import { outletOf } from './stream-route.ts';

/** Finds out who makes a request; undefined where it shows nothing. @throws TollgateError where what it shows is not valid. */
export type Authenticate = (request: Request) => Promise<Identity | undefined>;

/** A router with these routes. Who asks is settled before a body is read. */
export function mount(
  routes: readonly Route[],
  deps: Deps,
  authenticate: Authenticate,
  drain: AbortSignal,
): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const track = requestSignals(drain);
  const limits = rateLimits(deps.settings.rate_limits);
  const readBody = express.json({ limit: deps.settings.max_body_bytes, strict: false, type: isJson });
  for (const route of routes) {
    const steps = [
      identify(route, authenticate, limits),
      ...(route.body === undefined ? [] : [wantJson, readBody, identifyAgain(route, authenticate)]),
    ];
    router[route.method](expressPath(route.path), ...steps, respond(route, { deps, track, authenticate }));
  }
  for (const [path, some] of Map.groupBy(routes, (route) => route.path))
    router.all(expressPath(path), refuseMethod(some));
  return router;
}

/** A path that is known, with a method that it is not: RFC 9110 wants the others named. */
function refuseMethod(routes: readonly Route[]): RequestHandler {
  const methods = routes.map(({ method }) => method.toUpperCase());
  const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : [])].join(', ');
  return (_request, response) => {
    response.setHeader('allow', allow);
    throw new TollgateError('method_not_allowed');
  };
}

/** `/v1/runs/{run_id}` → `/v1/runs/:run_id`. */
const expressPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1');

const isJson = (request: { headers: { 'content-type'?: string | undefined } }): boolean =>
  /^application\/([\w.+-]+\+)?json\s*(;|$)/i.test(request.headers['content-type'] ?? '');

const wantJson: RequestHandler = (request, _response, next) => {
  next(isJson(request) ? undefined : new TollgateError('unsupported_media_type', 'Send application/json.'));
};

const identify =
  (route: Route, authenticate: Authenticate, limits: RateLimits): RequestHandler =>
  async (request, response, next) => {
    matched(response, { route: route.path, method: route.method, stream: route.stream !== undefined });
    if (route.access === 'public') {
      await limits.signIn(request, response);
      return next();
    }
    const identity = await authenticate(request);
    if (identity !== undefined) await limits.identity(identity, response);
    admit(route, identity, response);
    next();
  };

/** A body that takes longer is its sender's doing. */
const SLOW_BODY_MS = 1000;

/** Where a body came slowly, who asks is asked again: nobody keeps a right that has ended by keeping a request open. */
const identifyAgain =
  (route: Route, authenticate: Authenticate): RequestHandler =>
  async (request, response, next) => {
    const asked = response.locals['identifiedAt'] as number | undefined;
    if (asked !== undefined && performance.now() - asked > SLOW_BODY_MS)
      admit(route, await authenticate(request), response);
    next();
  };

function admit({ access }: Route, identity: Identity | undefined, response: Response): void {
  const allowance = allows(identity, access);
  if (allowance !== 'allowed') throw new TollgateError(allowance);
  response.locals['identity'] = identity;
  response.locals['identifiedAt'] = performance.now();
}

interface Means {
  readonly deps: Deps;
  readonly track: (response: Response) => AbortSignal;
  readonly authenticate: Authenticate;
}

const respond = (route: Route, means: Means): RequestHandler =>
  route.stream === undefined ? handler(route, means) : streamer(route, route.stream, means);

const streamer =
  (
    { media = 'text/plain' }: Route,
    stream: NonNullable<Route['stream']>,
    { deps, track, authenticate }: Means,
  ): RequestHandler =>
  async (request, response) => {
    const { params, query, body, headers } = request;
    await stream({
      ...{ params, query, body, headers, deps, identity: identityOf(response), signal: track(response) },
      // A credential that is no longer valid is an answer here, and no error.
      identify: () => authenticate(request).catch(() => undefined),
      outlet: outletOf(response, media),
    });
    response.end();
  };

const handler =
  (route: Route, { deps, track }: Means): RequestHandler =>
  async (request, response) => {
    const output = await route.answer({
      params: request.params,
      query: request.query,
      body: request.body,
      identity: identityOf(response),
      deps,
      signal: track(response),
      reply: { header: (name, value) => void response.setHeader(name, value) },
    });
    response.status(route.status);
    if (output === undefined || output === null) response.end();
    else response.json(output);
  };

const GONE = new Error('the client is gone, or the service drains');

/**
 * A signal for each request, aborted when its client goes away before the answer, or when the service drains. One
 * listener on `drain` for all: thousands of requests wait at the same time.
 */
function requestSignals(drain: AbortSignal): (response: Response) => AbortSignal {
  const open = new Set<AbortController>();
  drain.addEventListener('abort', () => open.forEach((one) => void one.abort(GONE)), { once: true });
  return (response) => {
    const controller = new AbortController();
    if (drain.aborted) controller.abort(GONE);
    open.add(controller);
    response.once('close', () => {
      open.delete(controller);
      if (!response.writableFinished) controller.abort(GONE);
    });
    return controller.signal;
  };
}

const identityOf = (response: Response): Identity | undefined =>
  response.locals['identity'] as Identity | undefined;
