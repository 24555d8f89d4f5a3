import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClickHouse } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { clickhouseStorage, createCollector, staticKeyVerifier } from '@tollgate/collector';
import { systemClock } from '@tollgate/query-service';
import { evaluateControls, evaluateRest } from '../../packages/query-service/src/flags/evaluate.ts';
import { approvalFlow, type Flow } from '../../packages/query-service/test/support/approval-flow.ts';
import { startService, type TestService } from '../../packages/query-service/test/support/service.ts';
import { KEYS } from './otlp.ts';
import { INCIDENT_YAML, ORACLE_YAML } from './workflow.ts';

type Counts = Awaited<ReturnType<typeof evaluateControls>>;

/** A real engine, a real collector before it and a real service beside it. */
export interface World {
  readonly clickhouse: ClickHouse;
  readonly service: TestService;
  readonly flow: Flow;
  readonly gina: string;
  readonly admin: string;
  /** Where the collector listens. */
  readonly url: string;
  /** Lets time pass for the service, so that every grace is over without waiting for it. */
  later(seconds: bigint): void;
  /** Waits until everything that was sent can be read, and evaluates what is new; `continuous` as the service does by itself. */
  evaluate(options?: { readonly continuous: boolean }): Promise<Counts>;
  close(): Promise<void>;
}

export async function openWorld(): Promise<World> {
  const clickhouse = await startTestClickHouse();
  const directory = await mkdtemp(join(tmpdir(), 'tollgate-oracle-'));
  const { reader, service: writer, landing } = clickhouse.clients;
  const keys = Object.entries(KEYS).map(([principal, key]) => ({
    ...{ principal, key, team: 'ops', workflows: ['*'] },
  }));
  const verifyKey = staticKeyVerifier(keys);
  const collector = createCollector({ ...clickhouseStorage(landing), verifyKey, directory });
  const { url } = await collector.listen(0);
  const clock = systemClock();
  let ahead = 0n;
  const often = 1_000_000;
  const rate_limits = {
    agent_per_10s: often,
    person_per_10s: often,
    failed_sign_ins_per_minute: often,
    sign_ons_per_minute: often,
  };
  const service = await startService({
    store: { reader, service: writer },
    clock: () => clock() + ahead * 1_000_000_000n,
    background: [],
    settings: { rate_limits },
  });
  service.service.start();
  const flow = await approvalFlow(service);
  for (const yaml of [ORACLE_YAML, INCIDENT_YAML]) {
    const { status, body } = await service.call(flow.owner, 'POST', '/v1/workflows', { yaml });
    if (status !== 201) throw new Error(JSON.stringify(body));
  }
  return {
    ...{ clickhouse, service, flow, url },
    gina: await service.person('gina@example.com', ['owner']),
    admin: await service.person('admin@example.com', ['admin'], ['*']),
    later: (seconds) => {
      ahead += seconds;
    },
    evaluate: async (options = { continuous: false }) => {
      await collector.flush();
      await service.service.flush();
      const { deps } = service.service;
      // Side by side, as the service does.
      const rest = options.continuous ? evaluateRest(deps) : undefined;
      const counts = await evaluateControls(deps, options);
      await rest;
      await service.service.flush();
      return counts;
    },
    close: async () => {
      await collector.close();
      await service.close();
      await clickhouse.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
