import { Agent, request } from 'node:http';

/** An HTTP status; 0 where the connection ended without an answer. `retryAfter` in milliseconds, where the server says so. */
export interface Answer {
  readonly status: number;
  readonly retryAfter: number | undefined;
}

export interface Poster {
  /** @param more what to add to the address */
  post(body: Buffer, more?: string): Promise<Answer>;
  close(): void;
}

/** Posts bodies to one address over kept connections. */
export function posterOf(url: string, headers: Record<string, string>, connections: number): Poster {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const post = (body: Buffer, more = '') =>
    new Promise<Answer>((resolve) => {
      const options = { method: 'POST', agent, headers: { ...headers, 'content-length': body.length } };
      const sending = request(`${url}${more}`, options, (response) => {
        const after = Number(response.headers['retry-after']);
        response.resume().once('close', () =>
          resolve({
            status: response.statusCode ?? 0,
            retryAfter: Number.isFinite(after) ? after * 1000 : undefined,
          }),
        );
      });
      sending.once('error', () => resolve({ status: 0, retryAfter: undefined }));
      sending.end(body);
    });
  return { post, close: () => agent.destroy() };
}

export function otlpPoster(url: string, key: string, connections: number): Poster {
  const headers = {
    authorization: `Bearer ${key}`,
    'content-type': 'application/x-protobuf',
    'content-encoding': 'gzip',
  };
  return posterOf(url, headers, connections);
}
