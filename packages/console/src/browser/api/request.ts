import * as z from 'zod/mini';
import { failureOf, unexpectedAnswer, unreachable } from './failure.ts';

// zod would otherwise probe for `eval`, which the content security policy refuses and reports.
z.config({ jitless: true });

export type Query = Readonly<Record<string, string | undefined>>;

/** @throws RequestFailure */
export async function get<S extends z.ZodMiniType>(
  path: string,
  shape: S,
  query: Query = {},
): Promise<z.output<S>> {
  const set = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const search = new URLSearchParams(set).toString();
  return send('GET', search === '' ? path : `${path}?${search}`, undefined, shape);
}

/** @throws RequestFailure */
export async function post<S extends z.ZodMiniType>(
  path: string,
  body: unknown,
  shape: S,
): Promise<z.output<S>> {
  return send('POST', path, body, shape);
}

/** Ends the session. @throws RequestFailure */
export async function remove(path: string): Promise<void> {
  await send('DELETE', path, undefined, z.unknown());
}

async function send<S extends z.ZodMiniType>(
  method: string,
  path: string,
  body: unknown,
  shape: S,
): Promise<z.output<S>> {
  const response = await fetch(path, {
    method,
    credentials: 'same-origin',
    headers: {
      Accept: 'application/json',
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(method === 'GET' ? {} : csrfHeader(document.cookie)),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch(() => {
    throw unreachable();
  });
  const answer = await readJson(response);
  if (!response.ok) throw failureOf(response.status, answer);
  const parsed = shape.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw unexpectedAnswer(
    path,
    parsed.error.issues.map((issue) => ({ path: issue.path.map(String).join('.'), message: issue.message })),
  );
}

/** The header that proves an unsafe request comes from this page: the value of a cookie that other origins cannot read. */
function csrfHeader(cookies: string): Record<string, string> {
  const pair = cookies.split('; ').find((one) => one.startsWith('tollgate_csrf='));
  return pair === undefined
    ? {}
    : { 'x-tollgate-csrf': decodeURIComponent(pair.slice('tollgate_csrf='.length)) };
}

async function readJson(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined;
  return response.json().catch(() => undefined);
}
