import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { KEYS, metric, post, type Running, start } from '../support/running.ts';
import { request, span } from '../support/wire.ts';

const running: Running[] = [];
const begin = async (limits: Parameters<typeof start>[0] = {}) => {
  const one = await start(limits);
  running.push(one);
  return { ...one, url: one.listening.url };
};
afterEach(async () => {
  await Promise.all(running.splice(0).map(({ collector }) => collector.close()));
});

const hold = (store: Running['store']) => {
  const { promise, resolve } = Promise.withResolvers<void>();
  store.gate = promise;
  return resolve;
};

test('the same body sent many times at once is inserted once, and everyone gets the answer', async () => {
  const { store, collector, url } = await begin();
  const open = hold(store);
  const body = request([span('once')]);
  const answers = Array.from({ length: 8 }, () => post(url, body));
  await expect.poll(() => store.inserts.length).toBe(1);
  open();
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(Array(8).fill(200));
  expect((await post(url, body)).status).toBe(200);
  expect(store.inserts).toHaveLength(1);
  expect(store.rows).toHaveLength(1);
  expect(await metric(collector, 'tollgate_collector_spans_accepted_total')).toBe(9);
  expect(await metric(collector, 'tollgate_collector_spans_duplicate_total')).toBe(8);
});

test('a repeated body gets the same partial success', async () => {
  const { url } = await begin();
  const body = request([span('good'), Buffer.alloc(0)]);
  const [first, second] = [await post(url, body), await post(url, body)];
  expect(first.bytes.length).toBeGreaterThan(0);
  expect(second.bytes).toEqual(first.bytes);
});

test('the same body of two principals is two batches', async () => {
  const { store, url } = await begin();
  const body = request([span('shared')]);
  await post(url, body);
  await post(url, body, { authorization: `Bearer ${KEYS.triage}` });
  const principals = store.rows.flatMap((row) => row.resourceAttributes.map(([, value]) => value));
  expect(principals).toEqual(['platform', 'support-bot']);
  expect(new Set(store.inserts).size).toBe(2);
});

test('a failed insert is answered 503 with Retry-After, and its repetition uses the same token', async () => {
  const { store, collector, url } = await begin({ retryAfterSeconds: 7 });
  store.fault = () => ({ kind: 'unavailable', code: 242, message: 'read-only' });
  const body = request([span('later')]);
  const refused = await post(url, body);
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).toBe('7');
  expect(await metric(collector, 'tollgate_collector_spans_accepted_total')).toBe(0);
  store.fault = () => undefined;
  expect((await post(url, body)).status).toBe(200);
  expect(store.rows).toHaveLength(1);
  expect(new Set(store.inserts).size).toBe(1);
});

test('a forgotten body is inserted again under its old token', async () => {
  const { store, url } = await begin({ rememberedBodies: 1 });
  const bodies = ['a', 'b', 'a'].map((name) => request([span(name)]));
  for (const body of bodies) await post(url, body);
  expect(store.inserts[2]).toBe(store.inserts[0]);
  expect(store.rows.map((row) => row.spanName)).toEqual(['a', 'b']);
});

test('a body that storage refuses goes to the quarantine as it came, where storage has shown that it works', async () => {
  const { store, collector, url } = await begin();
  store.fault = (rows) =>
    rows.some((row) => row.spanName.startsWith('poison'))
      ? { kind: 'rejected', code: 407, message: 'decimal overflow' }
      : undefined;
  const poison = request([span('beside'), span('poison')]);
  expect((await post(url, poison)).status).toBe(503);
  expect(store.quarantined).toEqual([]);
  expect((await post(url, request([span('good')]))).status).toBe(200);
  const answer = await post(url, poison);
  expect(answer.status).toBe(200);
  expect(answer.text).toContain('2 of 2 spans were quarantined: unstorable (2: ClickHouse error 407)');
  expect(store.rows.map((row) => row.spanName)).toEqual(['good']);
  const [row, ...more] = store.quarantined;
  expect(more).toEqual([]);
  expect(Buffer.from(JSON.parse(row?.raw ?? '').body, 'base64')).toEqual(poison);
  expect(await metric(collector, 'tollgate_collector_spans_accepted_total')).toBe(3);
  expect(await metric(collector, 'tollgate_collector_spans_quarantined_total')).toBe(2);
});

test('storage that refuses everything is out of order, and nothing more is quarantined for it', async () => {
  const { store, url } = await begin();
  expect((await post(url, request([span('good')]))).status).toBe(200);
  store.fault = () => ({ kind: 'rejected', code: 407, message: 'decimal overflow' });
  const statuses: number[] = [];
  for (let i = 0; i < 20; i++) statuses.push((await post(url, request([span(`s${i}`)]))).status);
  expect(statuses).toEqual([...Array(16).fill(200), ...Array(4).fill(503)]);
  expect(store.quarantined).toHaveLength(16);
});

test('bytes in flight are bounded: beyond, 429 with Retry-After, and room again afterwards', async () => {
  const { store, collector, url } = await begin({ maxInFlightBytes: 4000 });
  const open = hold(store);
  const body = (name: string) => request([span(`${name}${'x'.repeat(2000)}`)]);
  const first = post(url, body('first'));
  await expect.poll(() => store.inserts.length).toBe(1);
  const second = await post(url, body('second'));
  expect(second.status).toBe(429);
  expect(second.headers.get('retry-after')).toBe('1');
  open();
  expect((await first).status).toBe(200);
  expect((await post(url, body('second'))).status).toBe(200);
  expect(store.rows).toHaveLength(2);
  expect(await metric(collector, 'tollgate_collector_in_flight_bytes')).toBe(0);
});

test('requests in flight are bounded', async () => {
  const { store, url } = await begin({ maxInFlightRequests: 1 });
  const open = hold(store);
  const first = post(url, request([span('first')]));
  await expect.poll(() => store.inserts.length).toBe(1);
  expect((await post(url, request([span('second')]))).status).toBe(429);
  open();
  expect((await first).status).toBe(200);
});

test('closing answers what is in flight, refuses what comes after, and can be repeated', async () => {
  const { store, collector, url } = await begin();
  const open = hold(store);
  const first = post(url, request([span('in flight')]));
  await expect.poll(() => store.inserts.length).toBe(1);
  // A connection that is already open when closing begins, with its request half sent.
  const body = request([span('too late')]);
  const late = httpRequest(`${url}/v1/traces`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${KEYS.any}`,
      'content-type': 'application/x-protobuf',
      'content-length': body.length,
    },
  });
  const inFlight = () => metric(collector, 'tollgate_collector_in_flight_bytes');
  const before = await inFlight();
  late.write(body.subarray(0, 5));
  await expect.poll(inFlight).toBe(before + 5);
  const closing = collector.close();
  expect(collector.close()).toBe(closing);
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  late.end(body.subarray(5));
  open();
  expect((await first).status).toBe(200);
  const [response] = await once(late, 'response');
  expect(response.statusCode).toBe(200);
  response.resume();
  await closing;
  expect(store.rows.map((row) => row.spanName).sort()).toEqual(['in flight', 'too late']);
});

test('a client that does not wait for the answer loses nothing and doubles nothing', async () => {
  const { store, collector, url } = await begin();
  const open = hold(store);
  const body = request([span('impatient')]);
  const controller = new AbortController();
  const gone = fetch(`${url}/v1/traces`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEYS.any}`, 'content-type': 'application/x-protobuf' },
    body,
    signal: controller.signal,
  });
  await expect.poll(() => store.inserts.length).toBe(1);
  controller.abort();
  await expect(gone).rejects.toThrow();
  const again = post(url, body);
  open();
  expect((await again).status).toBe(200);
  expect(store.rows).toHaveLength(1);
  expect(await metric(collector, 'tollgate_collector_spans_stored_total')).toBe(1);
});
