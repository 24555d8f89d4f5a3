import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MessageMeter } from '../../src/otlp/message-meter.ts';
import { WireReader } from '../../src/otlp/wire.ts';
import { KEYS, metric, post, type Running, start } from '../support/running.ts';
import { request, span } from '../support/wire.ts';

let running: Running;
let url: string;
beforeAll(async () => {
  running = await start();
  url = running.listening.url;
});
afterAll(() => running.collector.close());

let serial = 0;
/** A body that was never sent before. */
const fresh = () => request([span(`fresh ${serial++}`)]);

/** Reads a google.rpc.Status in protobuf. */
function statusOf(bytes: Buffer) {
  const reader = new WireReader(bytes, new MessageMeter(10));
  const status = { code: 0, message: '' };
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) status.code = Number(reader.varint());
    else if (field === 2) status.message = reader.string();
    else reader.skip();
  }
  return status;
}

test('a protobuf batch is stored and answered with an empty protobuf success', async () => {
  const before = running.store.rows.length;
  const answer = await post(url, fresh());
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('application/x-protobuf');
  expect(answer.bytes).toHaveLength(0);
  expect(running.store.rows).toHaveLength(before + 1);
});

test('gzip and identity are read, with any case of the header', async () => {
  expect((await post(url, gzipSync(fresh()), { 'content-encoding': 'GZIP' })).status).toBe(200);
  expect((await post(url, fresh(), { 'content-encoding': 'identity' })).status).toBe(200);
});

test('a JSON batch is stored and answered in JSON', async () => {
  const body = {
    resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'json', unknownKey: { deep: [1] } }] }] }],
  };
  const answer = await post(url, JSON.stringify(body), { 'content-type': 'application/json; charset=utf-8' });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('application/json');
  expect(JSON.parse(answer.text)).toEqual({
    partialSuccess: { rejectedSpans: '1', errorMessage: expect.stringContaining('bad_trace_id') },
  });
});

test.each([
  ['no key', { authorization: '' }, 401, 16],
  ['an unknown key', { authorization: 'Bearer tgk_other_0123456789abcdef' }, 401, 16],
  ['another scheme', { authorization: `Basic ${KEYS.any}` }, 401, 16],
  ['a web page', { origin: 'https://example.org' }, 403, 7],
  ['another media type', { 'content-type': 'text/plain' }, 415, 3],
  ['another content encoding', { 'content-encoding': 'br' }, 415, 3],
  ['gzip that is none', { 'content-encoding': 'gzip' }, 400, 3],
] as const)('%s is refused with its status', async (_what, headers, status, code) => {
  const stored = running.store.rows.length;
  const answer = await post(url, fresh(), headers);
  expect(answer.status).toBe(status);
  const isJson = answer.headers.get('content-type') === 'application/json';
  const body = isJson ? JSON.parse(answer.text) : statusOf(answer.bytes);
  expect(body).toEqual({ code, message: expect.stringMatching(/\w/) });
  expect(running.store.rows).toHaveLength(stored);
  expect((await post(url, fresh())).status).toBe(200);
});

test('errors speak the encoding of the request', async () => {
  const protobuf = await post(url, Buffer.from([0x0a, 0xff]));
  expect(protobuf.status).toBe(400);
  expect(protobuf.headers.get('content-type')).toBe('application/x-protobuf');
  expect(statusOf(protobuf.bytes).code).toBe(3);
  const json = await post(url, '{"resourceSpans": [');
  expect(json.status).toBe(400);
  expect(JSON.parse(json.text)).toEqual({ code: 3, message: 'the body is not JSON' });
});

test('x-api-key presents a key as well', async () => {
  const headers = { authorization: '', 'x-api-key': KEYS.any };
  expect((await post(url, fresh(), headers)).status).toBe(200);
});

test.each([
  ['GET', '/v1/traces', 405, 'POST'],
  ['OPTIONS', '/v1/traces', 405, 'POST'],
  ['POST', '/metrics', 405, 'GET, HEAD'],
  ['POST', '/v1/metrics', 404, null],
  ['POST', '/v1/logs', 404, null],
  ['GET', '/', 404, null],
  ['POST', '/v1/traces/', 404, null],
])('%s %s is answered %i', async (method, path, status, allow) => {
  const response = await fetch(`${url}${path}`, { method });
  expect(response.status).toBe(status);
  expect(response.headers.get('allow')).toBe(allow);
  expect(response.headers.get('access-control-allow-origin')).toBeNull();
  expect(await response.json()).toMatchObject({ message: expect.stringMatching(/\w/) });
});

test('refusals are counted by reason', async () => {
  await post(url, fresh(), { authorization: '' });
  const text = await (await fetch(`${url}/metrics`)).text();
  expect(text).toMatch(/tollgate_collector_requests_refused_total\{reason="unauthenticated"\} [1-9]/);
});

test('health and readiness need no key', async () => {
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
});

test('everything accepted is stored, known already, or quarantined', async () => {
  const body = fresh();
  for (let i = 0; i < 3; i++) expect((await post(url, body)).status).toBe(200);
  const count = (name: string) => metric(running.collector, `tollgate_collector_spans_${name}_total`);
  expect(await count('accepted')).toBe(
    (await count('stored')) + (await count('duplicate')) + (await count('quarantined')),
  );
  expect(await count('duplicate')).toBe(2);
});
