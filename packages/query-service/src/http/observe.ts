import { randomUUID } from 'node:crypto';
import {
  defaultTextMapGetter,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  type Tracer,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import type { RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import type { Identity } from '../identity/identity.ts';
import type { ServiceMetrics } from './metrics.ts';

/** The id that an error names and the log line has; one from outside is kept only where it is harmless. */
export const withRequestId: RequestHandler = (request, response, next) => {
  const given = request.get('x-request-id');
  const id = given !== undefined && /^[\w-]{8,64}$/.test(given) ? given : randomUUID();
  response.locals['requestId'] = id;
  response.setHeader('x-request-id', id);
  next();
};

export const requestIdOf = (response: Response): string => String(response.locals['requestId']);

const W3C = new W3CTraceContextPropagator();

interface Observers {
  readonly logger: Logger;
  readonly metrics: ServiceMetrics;
  /** The service's own traces; without it there are none. */
  readonly tracer?: Tracer | undefined;
}

/**
 * One log line, one count and, where asked for, one span for each answer. They name the route as it is defined, who
 * asked, and how it ended; paths, queries, headers and bodies carry ids, secrets and content, and stay out.
 */
export const observe =
  ({ logger, metrics, tracer }: Observers): RequestHandler =>
  (request, response, next) => {
    const started = performance.now();
    const inbound = () => W3C.extract(ROOT_CONTEXT, request.headers, defaultTextMapGetter);
    const span = tracer?.startSpan(request.method, { kind: SpanKind.SERVER }, inbound());
    response.once('close', () => {
      const { route, method, stream } = routeOf(response);
      const status = response.writableFinished || stream ? response.statusCode : 499;
      const seconds = (performance.now() - started) / 1000;
      metrics.answered({ route, method, status, seconds, stream });
      const line = {
        request_id: requestIdOf(response),
        ...{ method: request.method, route, status, ms: Math.round(seconds * 1000) },
        ...whoOf(response),
      };
      logger[status >= 400 ? 'info' : 'debug'](line, 'answered');
      span?.updateName(`${method} ${route}`).setAttributes({
        'http.request.method': method,
        'http.route': route,
        'http.response.status_code': status,
        'tollgate.request.id': requestIdOf(response),
      });
      if (status >= 500) span?.setStatus({ code: SpanStatusCode.ERROR });
      span?.end();
    });
    next();
  };

/** What `mount` said about the route that answers; nothing where none did. */
interface Matched {
  readonly route: string;
  readonly method: string;
  readonly stream: boolean;
}

export function matched(response: Response, found: Matched): void {
  response.locals['matched'] = found;
}

const routeOf = (response: Response): Matched =>
  (response.locals['matched'] as Matched | undefined) ?? { route: 'other', method: 'other', stream: false };

function whoOf(response: Response): Readonly<Record<string, string>> {
  const identity = response.locals['identity'] as Identity | undefined;
  if (identity === undefined) return {};
  return identity.kind === 'agent' ? { key_id: identity.key_id } : { person_id: identity.person_id };
}
