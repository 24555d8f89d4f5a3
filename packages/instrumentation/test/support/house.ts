import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@clickhouse/client';
import { createCollector, type LandingRow } from '@tollgate/collector';
import { landingRows } from '@tollgate/collector/testing';
import { createAgentKey, createPerson, createQueryService, issueToken } from '@tollgate/query-service';
import { pino } from 'pino';
import type { StartOptions, Tollgate } from '../../src/face.ts';
import { start } from '../../src/index.ts';
import { close, listen, openGateway } from './gateway.ts';
import { toSpan } from './spans.ts';
import { SUPPORT_WORKFLOW } from './workflows.ts';

export const SAM = 'sam@example.com';
export const ANA = 'ana@example.com';
export const OLA = 'ola@example.com';

export type House = Awaited<ReturnType<typeof openHouse>>;

/**
 * The real query service and the real collector on loopback, each behind a gateway where a test puts faults.
 * What the collector stores stays in memory: the evidence store is another package's matter.
 */
export async function openHouse(yaml = SUPPORT_WORKFLOW) {
  const directory = await mkdtemp(join(tmpdir(), 'tollgate-'));
  const nowhere = createClient({ url: 'http://127.0.0.1:1' });
  const service = await createQueryService({
    directory: join(directory, 'control'),
    store: { reader: nowhere, service: nowhere },
    logger: pino({ level: process.env['TEST_LOG'] ?? 'silent' }),
  });
  const serviceServer = createServer(service.app);
  const serviceGateway = await openGateway(await listen(serviceServer));
  const rows: LandingRow[] = [];
  const collector = createCollector({
    insert: async (batch) => {
      rows.push(...landingRows(batch));
      return { kind: 'stored' };
    },
    quarantine: async () => ({ kind: 'stored' }),
    verifyKey: service.verifyIngestKey,
  });
  const collectorServer = createServer(collector.handler);
  const collectorGateway = await openGateway(await listen(collectorServer));
  const people = await tokens(service.control, yaml);
  const opened: Tollgate[] = [];

  const api = async (who: string, method: string, path: string, body?: unknown) => {
    const response = await fetch(`${serviceGateway.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${people.tokenOf(who)}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const json: unknown = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(json)}`);
    return json as Record<string, unknown>;
  };
  await api(OLA, 'POST', '/v1/workflows', { yaml });

  return {
    directory,
    outbox: join(directory, 'outbox'),
    service: serviceGateway,
    collector: collectorGateway,
    agentKey: people.key,
    tokenOf: people.tokenOf,
    api,
    rows,
    spans: () => rows.map(toSpan),
    options: (overrides: Partial<StartOptions> = {}): StartOptions => ({
      workflow: { yaml },
      url: serviceGateway.url,
      otlpUrl: `${collectorGateway.url}/v1/traces`,
      key: people.key,
      outbox: join(directory, 'outbox'),
      onProblem: () => {},
      ...overrides,
    }),
    async start(overrides: Partial<StartOptions> = {}): Promise<Tollgate> {
      const tollgate = await start(this.options(overrides));
      opened.push(tollgate);
      return tollgate;
    },
    /** The approver decides whatever waits first, as soon as it does. */
    async decideNext(decision: 'approve' | 'refuse', reason: string): Promise<string> {
      const id = await this.nextWaiting();
      await api(ANA, 'POST', `/v1/approvals/${id}/decision`, { decision, reason });
      return id;
    },
    async nextWaiting(): Promise<string> {
      for (;;) {
        const { items } = await api(ANA, 'GET', '/v1/approvals?state=waiting');
        const [first] = items as { approval_id: string }[];
        if (first !== undefined) return first.approval_id;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    async close(): Promise<void> {
      collectorGateway.mode = 'cut';
      for (const tollgate of opened) await tollgate.shutdown(0);
      service.drain();
      await Promise.all([serviceGateway.close(), collectorGateway.close()]);
      await Promise.all([close(serviceServer), close(collectorServer)]);
      await service.stop();
      await nowhere.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function tokens(control: Parameters<typeof createPerson>[0], yaml: string) {
  const team = /^team: (\S+)$/m.exec(yaml)?.[1] ?? 'support';
  const workflow = /^workflow: (\S+)$/m.exec(yaml)?.[1] ?? 'support-triage';
  const tokenOf = new Map<string, string>();
  for (const [email, roles] of [
    [SAM, ['reviewer']],
    [ANA, ['approver']],
    [OLA, ['owner', 'admin']],
  ] as const) {
    await createPerson(control, {
      email,
      display_name: email,
      roles: [...roles],
      teams: [team],
      created_by: 'test',
    });
    const { token } = await issueToken(control, { email, label: 'test', created_by: 'test' });
    tokenOf.set(email, token);
  }
  const { key } = await createAgentKey(control, {
    principal: 'test-agent',
    team,
    workflows: [workflow],
    created_by: 'test',
  });
  return { key, tokenOf: (email: string) => tokenOf.get(email) ?? '' };
}
