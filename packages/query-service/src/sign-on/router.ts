import { TollgateError } from '@tollgate/contract';
import { type Request, type Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import { rateLimits } from '../http/rate-limits.ts';
import { readCookie, sessionCookies } from '../identity/cookies.ts';
import { newCookieValue } from '../identity/secrets.ts';
import { recordRefusal } from '../identity/session-records.ts';
import { openSessionOf } from '../identity/sessions.ts';
import { admit } from './admit.ts';
import { Provider, ProviderError } from './provider.ts';
import { rememberSignOn, SIGN_ON_SECONDS, takeSignOn } from './sign-ons.ts';

const COOKIE = 'tollgate_sign_on';

/** `/sign-on` sends a browser to the provider, `/sign-on/callback` takes it back. Not there where no provider is set. */
export function signOnRoutes(deps: Deps): Router {
  const router = Router();
  const settings = deps.settings.single_sign_on;
  if (settings === undefined) return router;
  const provider = new Provider(settings);
  const limits = rateLimits(deps.settings.rate_limits);
  router.get('/sign-on', async (request, response) => {
    await limits.signOn(request, response);
    const { url, expected } = await provider.begin().catch(asUnavailable(deps));
    const cookie = newCookieValue();
    await rememberSignOn(deps.control, expected, cookie);
    response.setHeader('set-cookie', signOnCookie(cookie, SIGN_ON_SECONDS, deps));
    response.setHeader('cache-control', 'no-store');
    response.redirect(302, url.href);
  });
  router.get('/sign-on/callback', async (request, response) => {
    await limits.signIn(request, response);
    const expected = await expectedBy(request, deps);
    const vouched = await provider.finish(searchOf(request), expected).catch(asRefused(deps));
    const { person_id } = await admit(deps.control, settings, vouched);
    const { session, csrf } = await openSessionOf(deps, person_id);
    const { session_seconds, secure_cookies } = deps.settings;
    const cookies = sessionCookies(session, csrf, {
      max_age_seconds: session_seconds,
      secure: secure_cookies,
    });
    response.setHeader('set-cookie', [...cookies, signOnCookie('', 0, deps)]);
    toConsole(response);
  });
  return router;
}

/** What this browser began: once, and no other's, or somebody could be signed in as somebody else. */
async function expectedBy(request: Request, { control }: Deps) {
  const { state } = request.query;
  const cookie = readCookie(request.headers.cookie, COOKIE);
  const expected =
    typeof state === 'string' && cookie !== undefined ? await takeSignOn(control, state, cookie) : undefined;
  if (expected === undefined)
    throw new TollgateError(
      'unauthenticated',
      'This sign-in did not begin in this browser, or is over. Begin again.',
    );
  return expected;
}

const searchOf = ({ originalUrl }: Request): string =>
  originalUrl.includes('?') ? originalUrl.slice(originalUrl.indexOf('?')) : '';

const asUnavailable =
  ({ logger }: Deps) =>
  (error: unknown): never => {
    logger.warn({ err: error }, 'single sign-on: the provider does not answer');
    throw new TollgateError('sign_in_unavailable');
  };

const asRefused =
  ({ logger, control }: Deps) =>
  async (error: unknown): Promise<never> => {
    logger.warn({ err: error }, 'single sign-on: refused');
    if (!(error instanceof ProviderError)) throw error;
    // Only what began here comes this far, once, and with a bound on failures: strangers cannot fill the records.
    await recordRefusal(control, { why: error.message });
    throw new TollgateError('unauthenticated', `Sign-in failed: ${error.message}.`);
  };

/** Sent along when the provider sends the browser back, which another site's page does: so not Strict. */
const signOnCookie = (value: string, max_age_seconds: number, { settings }: Deps): string =>
  `${COOKIE}=${value}; HttpOnly; Path=/sign-on; Max-Age=${max_age_seconds}; SameSite=Lax${settings.secure_cookies ? '; Secure' : ''}`;

/** Not a redirect: the session's cookies are Strict, and a browser that comes from the provider's page would leave them out. */
function toConsole(response: Response): void {
  response.setHeader('cache-control', 'no-store');
  response.status(200).type('html').send(PAGE);
}

const PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Signed in · Tollgate</title><meta http-equiv="refresh" content="0; url=/"></head>
<body><p>Signed in. <a href="/">Go on to Tollgate</a></p></body></html>
`;
