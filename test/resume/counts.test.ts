import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClickHouse } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { clickhouseStorage, createCollector } from '@tollgate/collector';
import { start, type Tollgate } from '@tollgate/instrumentation';
import { createAgentKey, createPerson, createQueryService, issueToken } from '@tollgate/query-service';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { workflowYaml } from '../../packages/query-service/test/support/workflow.ts';

const OWNER = 'owner@example.com';
const yaml = workflowYaml();
let directory: string;
let clickhouse: ClickHouse;
let newProcess: (name: string) => Promise<Tollgate>;
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tollgate-resume-'));
  clickhouse = await startTestClickHouse();
  const { reader, service: writer, landing } = clickhouse.clients;
  const service = await createQueryService({
    directory: join(directory, 'control'),
    store: { reader, service: writer },
    logger: pino({ level: 'silent' }),
    background: [],
  });
  const collector = createCollector({ ...clickhouseStorage(landing), verifyKey: service.verifyIngestKey });
  const listening = async (handler: Parameters<typeof createServer>[1]) => {
    const server = createServer(handler);
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    closing.push(
      () => server.closeAllConnections(),
      () => server.close(),
    );
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const url = await listening(service.app);
  const otlpUrl = `${await listening(collector.handler)}/v1/traces`;
  closing.push(
    () => collector.close(),
    () => service.stop(),
  );
  const by = { created_by: 'test' };
  await createPerson(service.control, {
    ...by,
    email: OWNER,
    display_name: OWNER,
    roles: ['owner'],
    teams: ['ops'],
  });
  const { token } = await issueToken(service.control, { ...by, email: OWNER, label: 'test' });
  const { key } = await createAgentKey(service.control, {
    ...by,
    principal: 'bot',
    team: 'ops',
    workflows: ['*'],
  });
  const registered = await fetch(`${url}/v1/workflows`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ yaml }),
  });
  expect(registered.status).toBe(201);
  newProcess = async (name) => {
    const outbox = join(directory, name);
    const tollgate = await start({ workflow: { yaml }, url, otlpUrl, key, outbox, onProblem: () => {} });
    closing.unshift(() => tollgate.shutdown());
    return tollgate;
  };
}, 60_000);
afterAll(async () => {
  for (const close of closing) await close();
  await clickhouse?.close();
  await rm(directory, { recursive: true, force: true });
});

const tool = (tollgate: Tollgate, execute: () => Promise<string>) =>
  tollgate.tool<{ id: string; status: string }, string>({ name: 'set_status', execute });
const DENIED = { id: 'T-1', status: 'burnt' };
const ALLOWED = { id: 'T-1', status: 'done' };

/** A process that is refused, or fails, twice in a run, and is never heard of again. */
async function lostRun(args: typeof DENIED): Promise<string> {
  const lost = await newProcess(`lost-${args.status}`);
  const set = tool(lost, () => Promise.reject(new Error('the tracker is down')));
  const reached = Promise.withResolvers<string>();
  void lost.run({ initiator: OWNER }, async (run) => {
    for (let time = 0; time < 2; time++) await set(args).catch(() => {});
    reached.resolve(run.id);
    await new Promise<never>(() => {});
  });
  const runId = await reached.promise;
  await lost.flush();
  return runId;
}

test.each([
  ['denials', DENIED],
  ['errors', ALLOWED],
] as const)('a process that goes on with a run goes on with its count of %s', async (condition, args) => {
  const runId = await lostRun(args);
  const next = await newProcess(`next-${condition}`);
  let executed = 0;
  const set = tool(next, async () => {
    executed += 1;
    if (condition === 'errors' && executed === 1) throw new Error('still down');
    return 'done';
  });
  const result = await next.resume({ runId }, async () => {
    // The third of three: from here on the run stops.
    await set(args).catch(() => {});
    return set(ALLOWED);
  });
  expect(result.error).toMatchObject({ reason: 'stop_condition' });
  expect(executed).toBe(condition === 'errors' ? 1 : 0);
});
