import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { DATABASE } from '@tollgate/clickhouse';
import {
  type ControlState,
  createAgentKey,
  createPerson,
  createQueryService,
  type Deps,
  findPerson,
  issueToken,
  systemClock,
} from '@tollgate/query-service';
import { pino } from 'pino';
import { z } from 'zod';
import type { BenchStore } from '../ingest/store.ts';
import { principalOf, WORKFLOWS } from './data/workflows.ts';

/** What no read of the benchmark may answer from: the cache of results, and the one of which granules a condition matched. */
const NO_CACHES = { use_query_cache: 0, use_query_condition_cache: 0 } as const;

/** The real service on loopback, over a store of this benchmark. */
export interface BenchService {
  readonly url: string;
  readonly deps: Deps;
  readonly control: ControlState;
  /** Of an auditor, who reads all. */
  readonly token: string;
  /** The registered policy version of each workflow. */
  readonly versions: ReadonlyMap<string, string>;
  /** The id of each principal's key. */
  readonly keys: ReadonlyMap<string, string>;
  /** Sets the service's clock (ns), until it is given back to the system's. */
  at(time: bigint | undefined): void;
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** A client of the reading user, for the service and for questions to the default table alike. */
export function readerOf(store: BenchStore): ClickHouseClient {
  const { credentials, url } = store.clickhouse;
  return createClient({
    url,
    username: credentials.reader.user,
    password: credentials.reader.password,
    database: DATABASE,
    request_timeout: 600_000,
    log: { level: ClickHouseLogLevel.OFF },
    clickhouse_settings: {
      date_time_output_format: 'iso',
      output_format_json_quote_64bit_integers: 1,
      output_format_json_quote_decimals: 1,
      ...NO_CACHES,
    },
  });
}

const UNLIMITED = {
  agent_per_10s: 1e9,
  person_per_10s: 1e9,
  failed_sign_ins_per_minute: 1e9,
  sign_ons_per_minute: 1e9,
};
const ADMIN = 'admin@example.com';
const AUDITOR = 'auditor@example.com';

/** Starts it, with everything registered that the runs of the benchmark name. @param since when the workflows were registered (ns) */
export async function startBenchService(store: BenchStore, since: bigint): Promise<BenchService> {
  const { clients } = store.clickhouse;
  const reader = readerOf(store);
  const system = systemClock();
  let set: bigint | undefined;
  const service = await createQueryService({
    directory: join(store.directory, 'control'),
    store: { reader, service: clients.service },
    clock: () => set ?? system(),
    logger: pino({ level: 'warn' }, pino.destination(2)),
    settings: { rate_limits: UNLIMITED },
    // Nothing else reads while it is measured; rollups are brought up to date before.
    background: [],
  });
  service.start();
  const server = createServer(service.app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const at = (time: bigint | undefined) => {
    set = time;
  };
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  at(since);
  const admin = await tokenOf(service.control, ADMIN, 'admin');
  const versions = await registerWorkflows(base, admin);
  const keys = await keysOf(service.control);
  at(undefined);
  return {
    url: base,
    deps: service.deps,
    control: service.control,
    token: await tokenOf(service.control, AUDITOR, 'auditor'),
    versions,
    keys,
    at,
    flush: async () => {
      if (!(await service.flush())) throw new Error('the store did not take what the service recorded');
    },
    close: async () => {
      service.drain();
      server.closeAllConnections();
      server.close();
      await service.stop();
      await reader.close();
    },
  };
}

async function tokenOf(control: ControlState, email: string, role: 'admin' | 'auditor'): Promise<string> {
  const created_by = 'benchmark';
  if ((await findPerson(control, email)) === undefined)
    await createPerson(control, { email, display_name: role, roles: [role], teams: ['*'], created_by });
  return (await issueToken(control, { email, label: 'benchmark', created_by })).token;
}

const registered = z.object({ policy_version: z.string() });

async function registerWorkflows(url: string, token: string): Promise<ReadonlyMap<string, string>> {
  const versions = new Map<string, string>();
  for (const { workflow, yaml } of WORKFLOWS) {
    const answer = await fetch(`${url}/v1/workflows`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ yaml }),
    });
    if (!answer.ok) throw new Error(`${workflow} was not registered: ${await answer.text()}`);
    versions.set(workflow, registered.parse(await answer.json()).policy_version);
  }
  return versions;
}

async function keysOf(control: ControlState): Promise<ReadonlyMap<string, string>> {
  for (const { team } of new Map(WORKFLOWS.map((each) => [each.team, each])).values())
    await createAgentKey(control, {
      principal: principalOf(team),
      team,
      workflows: ['*'],
      created_by: 'benchmark',
    });
  const rows = await control.db
    .selectFrom('credentials')
    .select(['credential_id', 'principal'])
    .where('kind', '=', 'agent_key')
    .execute();
  return new Map(rows.map(({ credential_id, principal }) => [principal ?? '', credential_id]));
}
