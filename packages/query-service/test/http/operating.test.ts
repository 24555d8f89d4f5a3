import { Writable } from 'node:stream';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_RATE_LIMITS } from '../../src/http/rate-limits.ts';
import { watchEvents } from '../events/watcher.ts';
import { approvalFlow, type Flow } from '../support/approval-flow.ts';
import { codeOf, startService, type TestService } from '../support/service.ts';

let service: TestService;
let flow: Flow;
let admin: string;
const lines: string[] = [];
const exporter = new InMemorySpanExporter();
const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });

beforeAll(async () => {
  const sink = new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(String(chunk));
      done();
    },
  });
  service = await startService({
    background: [],
    logger: pino({ level: 'trace' }, sink),
    tracer: provider.getTracer('test'),
  });
  flow = await approvalFlow(service);
  admin = await service.person('admin@example.com', ['admin'], ['*']);
});
afterAll(async () => {
  await service?.close();
});

const metrics = async (headers: Record<string, string> = {}) => {
  const response = await fetch(`${service.url}/metrics`, { headers });
  return { status: response.status, text: await response.text() };
};

describe('metrics', () => {
  test('count requests by route and status, and never by what a client sent', async () => {
    await service.call(admin, 'GET', '/v1/runs/0198c3a0-0000-7000-8000-000000000001');
    await service.call(admin, 'GET', '/v1/secret-canary-path');
    await service.call(undefined, 'GET', '/v1/flags');
    await fetch(`${service.url}/secret-canary-page`, { method: 'PROPFIND' });
    // An answer is counted once it is sent, which its reader may learn first.
    await expect.poll(async () => (await metrics()).text).toMatch(/route="other"/);
    const { text } = await metrics();
    expect(text).toMatch(
      /^tollgate_http_requests_total\{route="\/v1\/flags",method="get",status="401"\} [1-9]/m,
    );
    expect(text).toMatch(/^tollgate_http_requests_total\{route="other",method="other",status="404"\} [1-9]/m);
    expect(text).toMatch(
      /^tollgate_http_request_duration_seconds_count\{route="\/v1\/workflows",method="post"\} 1$/m,
    );
    expect(text).not.toContain('canary');
    expect(text).not.toContain('0198c3a0');
  });

  test('say what waits, and what does not answer', async () => {
    const before = (await metrics()).text;
    expect(before).toMatch(/^tollgate_approvals\{state="waiting"\} 0$/m);
    expect(before).toMatch(/^tollgate_approval_oldest_wait_seconds 0$/m);
    await flow.ask(await flow.run());
    const { text } = await metrics();
    expect(text).toMatch(/^tollgate_approvals\{state="waiting"\} 1$/m);
    expect(text).toMatch(/^tollgate_approval_oldest_wait_seconds 0\.\d+$/m);
    expect(text).toMatch(/^tollgate_open_flags\{severity="critical"\} 0$/m);
    expect(text).toMatch(/^tollgate_budget_drift_flags 0$/m);
    expect(text).toMatch(/^tollgate_store_up\{store="control"\} 1$/m);
    expect(text).toMatch(/^tollgate_store_up\{store="clickhouse"\} 0$/m);
    expect(text).toMatch(/^tollgate_evaluator_lag_seconds Nan$/m);
  });

  test('are not for whoever comes by way of a proxy, unless he is an auditor or admin', async () => {
    const proxied = { 'x-forwarded-for': '203.0.113.9' };
    expect((await metrics(proxied)).status).toBe(401);
    expect((await metrics({ ...proxied, authorization: `Bearer ${flow.owner}` })).status).toBe(403);
    expect((await metrics({ ...proxied, authorization: `Bearer ${flow.agent}` })).status).toBe(403);
    expect((await metrics({ ...proxied, authorization: `Bearer ${admin}` })).status).toBe(200);
  });
});

describe('request ids', () => {
  test.each([
    ['abcd-1234_EFGH', true],
    ['short', false],
    ['x'.repeat(65), false],
    ['with space in it', false],
    ['<script>alert(1)</script>', false],
  ])('%s', async (id, kept) => {
    const { headers } = await service.call(admin, 'GET', '/v1/session', undefined, { 'x-request-id': id });
    expect(headers.get('x-request-id') === id).toBe(kept);
    expect(headers.get('x-request-id')).toMatch(/^[\w-]{8,64}$/);
  });
});

test('logs name request, route and who asked, and hold no secret and no content', async () => {
  const canary = 'canary-5b1d';
  lines.length = 0;
  const run_id = await flow.run();
  const asked = await flow.ask(run_id, {
    call_id: 'call',
    rollback_note: canary,
    arguments: `{"target":"staging","version":"v1"}`,
    purpose: canary,
  });
  expect(asked.status).toBe(201);
  await service.call(admin, 'POST', '/v1/session', { token: `tgp_${canary}` });
  await service.call(`tgp_${canary}`, 'GET', `/v1/flags?control=${canary}`);
  await service.call(admin, 'POST', '/v1/workflows', { yaml: canary });
  await service.call(admin, 'GET', `/v1/runs?owner=${canary}`, undefined, {
    cookie: `tollgate_session=${canary}`,
  });
  await fetch(`${service.url}/v1/runs`, {
    ...{ method: 'POST', body: `{"broken": "${canary}` },
    headers: { authorization: `Bearer ${flow.agent}`, 'content-type': 'application/json' },
  });
  const { body } = await service.call(admin, 'POST', '/v1/keys', {
    ...{ principal: 'p', team: 'ops', workflows: ['*'] },
  });
  const text = lines.join('');
  for (const secret of [canary, String(body['key']), flow.agent, flow.bob, admin, 'staging'])
    expect(text).not.toContain(secret);
  await expect
    .poll(() => lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'answered'))
    .toContainEqual(
      expect.objectContaining({
        ...{ route: '/v1/approvals', method: 'POST', status: 201, key_id: expect.any(String) },
        request_id: expect.stringMatching(/^[\w-]{8,64}$/),
      }),
    );
  // What failed inside is logged with its cause, and the answer names the same request.
  const failure = await service.call(admin, 'GET', '/v1/runs');
  expect(failure.status).toBe(503);
  const logged = lines
    .map((line) => JSON.parse(line))
    .find(
      ({ msg, request_id }) => msg === 'request failed' && request_id === failure.headers.get('x-request-id'),
    );
  expect(logged).toBeDefined();
});

test('one span a request, by route, without path, query or identity', async () => {
  exporter.reset();
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  await service.call(admin, 'GET', '/v1/flags?control=canary-5b1d', undefined, { traceparent });
  await expect
    .poll(() => exporter.getFinishedSpans()[0])
    .toMatchObject({
      name: 'get /v1/flags',
      attributes: { 'http.route': '/v1/flags', 'http.response.status_code': 200 },
    });
  const [span] = exporter.getFinishedSpans();
  expect(span?.spanContext().traceId).toBe('a'.repeat(32));
  expect(JSON.stringify(span?.attributes)).not.toContain('canary');
});

describe('rate limits', () => {
  const limited = async (limits: Partial<typeof DEFAULT_RATE_LIMITS>) =>
    startService({ background: [], settings: { rate_limits: { ...DEFAULT_RATE_LIMITS, ...limits } } });

  test('refuse one person with the time to wait, and nobody else', async () => {
    const small = await limited({ person_per_10s: 3 });
    const [ann, ben] = [
      await small.person('ann@example.com', ['auditor']),
      await small.person('ben@example.com', ['auditor']),
    ];
    const answers = [];
    for (let at = 0; at < 5; at += 1) answers.push(await small.call(ann, 'GET', '/v1/session'));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429, 429]);
    const [first, , , refused] = answers;
    expect(first?.headers.get('ratelimit')).toMatch(/^"person";r=2;t=\d+$/);
    expect(first?.headers.get('ratelimit-policy')).toBe('"person";q=3;w=10');
    expect(refused && codeOf(refused)).toBe('too_many_requests');
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await small.call(ben, 'GET', '/v1/session')).status).toBe(200);
    await small.close();
  });

  test('count what is forbidden too, and agents apart', async () => {
    const small = await limited({ agent_per_10s: 2 });
    const key = await small.key();
    const statuses = [];
    for (let at = 0; at < 3; at += 1) statuses.push((await small.call(key, 'GET', '/v1/flags')).status);
    expect(statuses).toEqual([403, 403, 429]);
    await small.close();
  });

  test('hold up who guesses tokens, and not who signs in', async () => {
    const small = await limited({ failed_sign_ins_per_minute: 3 });
    const token = await small.person('ann@example.com', ['auditor']);
    const signIn = async (presented: string) =>
      (await small.call(undefined, 'POST', '/v1/session', { token: presented })).status;
    for (let at = 0; at < 6; at += 1) expect(await signIn(token)).toBe(201);
    const guesses = [];
    for (let at = 0; at < 5; at += 1) guesses.push(await signIn(`tgp_0123456789abcdef01234567_${at}`));
    expect(guesses).toEqual([401, 401, 401, 429, 429]);
    await small.close();
  });
});

test('a drain answers what waits, ends streams, and is not ready any more', async () => {
  const run_id = await flow.run();
  const { body } = await flow.ask(run_id, { call_id: 'slow' });
  const stream = await watchEvents(service.url, flow.owner);
  const poll = service.call(flow.agent, 'GET', `/v1/approvals/${body['approval_id']}/status?wait_seconds=25`);
  service.service.drain();
  await stream.ended;
  expect([200, 404, 400]).toContain((await poll).status);
  expect((await service.call(undefined, 'GET', '/readyz')).body).toMatchObject({ draining: true });
  expect((await service.call(undefined, 'GET', '/healthz')).status).toBe(200);
});
