/** GETs JSON. @throws Error with the status when the answer is not 2xx, and whatever fetch throws when there is none. */
export async function getJson(url: string): Promise<unknown> {
  return read(await fetch(url), url);
}

/** POSTs JSON and reads the JSON answer. */
export async function postJson(url: string, body: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return read(response, url);
}

async function read(response: Response, url: string): Promise<unknown> {
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text.slice(0, 200)}`);
  return text === '' ? null : JSON.parse(text);
}
