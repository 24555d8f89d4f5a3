import { TollgateError } from '@tollgate/contract';
import type { Request } from 'express';
import type { Deps } from '../deps.ts';
import type { Authenticate } from '../http/mount.ts';
import { readCookie, SESSION_COOKIE } from './cookies.ts';
import { verifySession } from './sessions.ts';
import { verifyCredential } from './verify.ts';

/**
 * Who makes a request: the bearer of a key or token, else the person of the session cookie.
 * A credential that is shown and not valid is refused, never ignored.
 */
export function authenticator(deps: Pick<Deps, 'control' | 'clock'>): Authenticate {
  return async (request) => {
    const presented = presentedCredential(request);
    if (presented !== undefined) {
      const scope = presented.startsWith('tgp_') ? 'sign_in' : 'api';
      const identity = await verifyCredential(deps, presented, scope);
      if (identity === undefined) throw new TollgateError('unauthenticated');
      return identity;
    }
    const cookie = readCookie(request.headers.cookie, SESSION_COOKIE);
    if (cookie === undefined) return undefined;
    const safe = request.method === 'GET' || request.method === 'HEAD';
    return verifySession(deps, cookie, safe ? null : request.get('x-tollgate-csrf'));
  };
}

/** `x-api-key` is for keys of agents only: a person's token does not belong into configuration. */
function presentedCredential(request: Request): string | undefined {
  const key = request.get('x-api-key');
  if (key !== undefined) return key.startsWith('tgk_') ? key : 'not a key';
  const authorization = request.get('authorization');
  if (authorization === undefined) return undefined;
  const [, token = 'not a bearer'] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
  return token;
}
