import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { ROLES } from '@tollgate/contract';
import { createAgentKey, createPerson, createQueryService, issueToken } from '@tollgate/query-service';
import { pino } from 'pino';
import { seed } from './seed.ts';

/** A real service on loopback, over a store with something of everything in it. */
export interface SeededService {
  readonly url: string;
  /** Who walks: a person with every role, and an agent. */
  readonly credentials: Readonly<Record<'person' | 'agent', string>>;
  stop(): Promise<void>;
}

export async function startSeededService(): Promise<SeededService> {
  const directory = await mkdtemp(join(tmpdir(), 'tollgate-seeded-'));
  const clickhouse = await startTestClickHouse();
  const { reader, service: writer } = clickhouse.clients;
  const service = await createQueryService({
    directory,
    store: { reader, service: writer },
    logger: pino({ name: 'query-service', level: 'error' }, pino.destination(2)),
    // Streams end by themselves, or no walk ever would; nothing here is to be refused for being asked often.
    settings: {
      stream_seconds: 0.1,
      rate_limits: {
        agent_per_10s: 1_000_000,
        person_per_10s: 1_000_000,
        failed_sign_ins_per_minute: 1_000_000,
        sign_ons_per_minute: 1_000_000,
      },
    },
  });
  service.start();
  const server = createServer(service.app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const email = 'walker@example.com';
  const by = { created_by: 'seed' };
  const roles = ROLES.filter((role) => role !== 'agent');
  await createPerson(service.control, { ...by, email, display_name: 'Walker', roles, teams: ['*'] });
  const { token } = await issueToken(service.control, { ...by, email, label: 'walk' });
  const { key } = await createAgentKey(service.control, {
    ...{ ...by, principal: 'walker', team: 'ops', workflows: ['*'] },
  });
  const credentials = { person: token, agent: key };
  await seed({ url, credentials });
  await service.flush();
  return {
    url,
    credentials,
    stop: async () => {
      service.drain();
      server.closeAllConnections();
      server.close();
      await service.stop();
      await clickhouse.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
