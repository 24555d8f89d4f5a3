export const SESSION_COOKIE = 'tollgate_session';
export const CSRF_COOKIE = 'tollgate_csrf';

/** The value of one cookie of ours, all of which are hex. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  if (header === undefined || header.length > 8192) return undefined;
  const pair = header.split(';').find((part) => part.trimStart().startsWith(`${name}=`));
  const value = pair?.slice(pair.indexOf('=') + 1).trim();
  return value !== undefined && /^[0-9a-f]{64}$/.test(value) ? value : undefined;
}

export interface CookieOptions {
  readonly max_age_seconds: number;
  /** Over TLS only; not on loopback, where there is none. */
  readonly secure: boolean;
}

/** `Set-Cookie` values of a session: the first is out of reach of scripts, the second is for them to send back. */
export function sessionCookies(
  session: string,
  csrf: string,
  { max_age_seconds, secure }: CookieOptions,
): string[] {
  const shared = `Path=/; Max-Age=${max_age_seconds}; SameSite=Strict${secure ? '; Secure' : ''}`;
  return [`${SESSION_COOKIE}=${session}; HttpOnly; ${shared}`, `${CSRF_COOKIE}=${csrf}; ${shared}`];
}
