interface Parts {
  readonly params?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
}

/** A route with what it takes, as `fetch` wants it. Pure. `name` is such as `GET /v1/runs/{run_id}`. */
export function requestOf(
  { url: base, token }: { readonly url: string; readonly token?: string },
  name: string,
  { params, query, body }: Parts,
): { readonly method: string; readonly url: URL; readonly init: RequestInit } {
  const [method = 'GET', template = '/'] = name.split(' ');
  const values = entriesOf(params);
  const path = template.replaceAll(/\{(\w+)\}/g, (_, field: string) => {
    const value = values.find(([key]) => key === field)?.[1];
    // An empty part would make it another route.
    if (value === undefined || value === '') throw new TypeError(`${name} needs ${field}`);
    return encodeURIComponent(value);
  });
  // A service behind a proxy may have an address with a path of its own.
  const url = new URL(`${base.replace(/\/+$/, '')}${path}`);
  for (const [key, value] of entriesOf(query)) url.searchParams.set(key, value);
  const headers = {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  return { method, url, init };
}

/** What is undefined is not sent. */
const entriesOf = (some: unknown): readonly (readonly [string, string])[] =>
  typeof some === 'object' && some !== null
    ? Object.entries(some).flatMap(([key, value]) => (value == null ? [] : [[key, String(value)] as const]))
    : [];
