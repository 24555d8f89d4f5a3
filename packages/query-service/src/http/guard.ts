import { TollgateError } from '@tollgate/contract';
import type { RequestHandler } from 'express';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Refuses what a page of another site could send to a service on this machine: a Host that is not one of ours (a name
 * that was rebound to loopback), or an Origin other than the host itself.
 * @param hosts names, without port, besides those of loopback
 */
export function checkHostAndOrigin(hosts: readonly string[]): RequestHandler {
  const allowed = new Set([...LOOPBACK, ...hosts.map((host) => host.toLowerCase())]);
  return (request, _response, next) => {
    const host = request.headers.host?.toLowerCase();
    if (host === undefined || !allowed.has(hostname(host)))
      throw new TollgateError(
        'forbidden',
        'The Host header names a host that this service does not answer for.',
      );
    const { origin } = request.headers;
    if (origin !== undefined && hostOf(origin) !== host)
      throw new TollgateError('forbidden', 'The request comes from a page of another origin.');
    next();
  };
}

const hostname = (host: string): string => host.replace(/:\d{1,5}$/, '');

function hostOf(origin: string): string | undefined {
  if (!URL.canParse(origin)) return undefined;
  const { protocol, host } = new URL(origin);
  return protocol === 'http:' || protocol === 'https:' ? host : undefined;
}
