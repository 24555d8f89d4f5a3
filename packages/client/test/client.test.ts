import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { ApiError, createClient, type Told } from '../src/index.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A service that answers what a test wants to see handled. */
async function answering(listener: RequestListener): Promise<string> {
  server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const caught = (asked: Promise<unknown>): Promise<ApiError> =>
  asked.then(
    () => Promise.reject(new Error('no error')),
    (error: unknown) => (error instanceof ApiError ? error : Promise.reject(error)),
  );

type Failure = [status: number, headers?: Record<string, string>];

describe('retries', () => {
  const flaky = (failures: readonly Failure[]) => {
    const seen: string[] = [];
    const listener: RequestListener = (request, response) => {
      seen.push(String(request.method));
      const [status, headers] = failures[seen.length - 1] ?? [200];
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end('{}');
    };
    return { seen, listener };
  };

  test('an idempotent call is tried again, after what Retry-After says', async () => {
    const { seen, listener } = flaky([
      [503, { 'retry-after': '0' }],
      [429, { 'retry-after': '0' }],
    ]);
    await createClient({ url: await answering(listener) }).call('GET /v1/session');
    expect(seen).toEqual(['GET', 'GET', 'GET']);
  });

  test('a change is sent once', async () => {
    const { seen, listener } = flaky([[503]]);
    const asked = createClient({ url: await answering(listener) }).call('POST /v1/session', {
      body: { token: 'x' },
    });
    await caught(asked);
    expect(seen).toEqual(['POST']);
  });

  test('what will not change by waiting is not tried again, nor what asks for too long', async () => {
    const failures: Failure[] = [[404], [500], [503, { 'retry-after': '3600' }]];
    for (const failure of failures) {
      const { seen, listener } = flaky([failure]);
      await caught(createClient({ url: await answering(listener) }).call('GET /v1/session'));
      expect(seen).toEqual(['GET']);
    }
  });

  test('attempts are bounded, also where nobody answers', async () => {
    const { seen, listener } = flaky(Array<Failure>(9).fill([503]));
    const url = await answering(listener);
    const retry = { attempts: 2 };
    await caught(createClient({ url, retry }).call('GET /v1/session'));
    expect(seen).toHaveLength(2);
    const nobody = await caught(createClient({ url: 'http://127.0.0.1:9', retry }).call('GET /v1/session'));
    expect(nobody).toMatchObject({ code: 'service_unreachable', httpStatus: 0 });
  });
});

describe('errors', () => {
  test('are those of the catalogue, with the words of the answer', async () => {
    const body = {
      error: {
        ...{ code: 'invalid_workflow', message: 'Line 3 is odd.', mend: 'x', request_id: 'req-12345678' },
        issues: [{ path: 'tools', message: 'is missing', line: 3 }],
      },
    };
    const url = await answering((_, response) => void response.writeHead(400).end(JSON.stringify(body)));
    const error = await caught(createClient({ url }).call('POST /v1/workflows', { body: { yaml: 'x' } }));
    expect(error).toMatchObject({
      ...{ code: 'invalid_workflow', message: 'Line 3 is odd.', httpStatus: 400, requestId: 'req-12345678' },
      issues: [{ path: 'tools', message: 'is missing', line: 3 }],
    });
    expect(error.mend).toContain('issues');
  });

  test.each([
    ['<html>', 502, 'service_unreachable'],
    ['<html>', 404, 'internal'],
    ['{"error":{"code":"of_a_newer_service","message":"m","mend":"n"}}', 409, 'internal'],
  ])('%s with %i is %s', async (text, status, code) => {
    const url = await answering((_, response) => void response.writeHead(status).end(text));
    const retry = { attempts: 1 };
    expect((await caught(createClient({ url, retry }).call('GET /v1/session'))).code).toBe(code);
  });
});

test('what is put into a path stays one part of it, and an empty part is refused', async () => {
  const seen: string[] = [];
  const url = await answering((request, response) => {
    seen.push(String(request.url));
    response.end('{}');
  });
  const client = createClient({ url });
  await client.call('GET /v1/workflows/{workflow}', { params: { workflow: '../keys?x=1#y' } });
  expect(seen).toEqual(['/v1/workflows/..%2Fkeys%3Fx%3D1%23y']);
  await expect(client.call('GET /v1/workflows/{workflow}', { params: { workflow: '' } })).rejects.toThrow(
    TypeError,
  );
});

test.each(['', '/', '/tollgate', '/tollgate/'])(
  'an address with the path "%s" is asked below it, as agents ask it',
  async (path) => {
    const asked: unknown[] = [];
    const url = await answering(({ url: target }, response) => {
      asked.push(target);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
    await createClient({ url: `${url}${path}` }).call('GET /v1/session');
    expect(asked).toEqual([`${path.replace(/\/$/, '')}/v1/session`]);
  },
);

test('events come whole however they are cut, and go on where the connection broke off', async () => {
  const asked: (string | null)[] = [];
  const url = await answering(async (request, response) => {
    asked.push(new URL(String(request.url), 'http://x').searchParams.get('after'));
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const first = asked.length === 1;
    const text = first
      ? 'retry: 1\n\nid: 4\nevent: ready\ndata: {}\n\n: heartbeat\n\nid: 5\nevent: flag\ndata: {"kind":"flag","event":"open","subject":"ä"}\n\n'
      : 'id: 9\r\nevent: reset\r\ndata: {}\r\n\r\nid: 10\nevent: run\ndata: {"kind":"run","event":"completed"}\n\n';
    for (const byte of Buffer.from(text)) {
      response.write(Buffer.from([byte]));
      await new Promise(setImmediate);
    }
    if (first) response.destroy();
  });
  const told: Told[] = [];
  const stop = new AbortController();
  for await (const each of createClient({ url, reconnect_ms: 1 }).events({ signal: stop.signal })) {
    told.push(each);
    if (each.id === '10') stop.abort();
  }
  expect(told).toEqual([
    { id: '5', kind: 'flag', event: 'open', subject: 'ä' },
    { id: '9', kind: 'reset' },
    { id: '10', kind: 'run', event: 'completed' },
  ]);
  expect(asked).toEqual([null, '5']);
});

test('a stream that is refused says so, and is not asked for again and again', async () => {
  let times = 0;
  const url = await answering((_, response) => {
    times += 1;
    response.writeHead(401).end('{"error":{"code":"unauthenticated","message":"m","mend":"n"}}');
  });
  expect((await caught(createClient({ url }).events().next())).code).toBe('unauthenticated');
  expect(times).toBe(1);
});
