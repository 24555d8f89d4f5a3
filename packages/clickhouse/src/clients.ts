import {
  type ClickHouseClient,
  type ClickHouseClientConfigOptions,
  ClickHouseLogLevel,
  createClient,
} from '@clickhouse/client';
import type { Credential, Credentials } from './credentials.ts';
import { DATABASE, ROLES, type Role } from './roles.ts';

/** One client a role; each may do what its grants in `roles.ts` say, and no more. */
export type Clients = Readonly<Record<Role, ClickHouseClient>>;

/** What every connection has in common. Errors reach the caller, who logs them where everything else is logged. */
export function connect(
  url: string,
  { user, password }: Credential,
  more: ClickHouseClientConfigOptions = {},
): ClickHouseClient {
  return createClient({ url, username: user, password, log: { level: ClickHouseLogLevel.OFF }, ...more });
}

/** Clients of all roles over HTTP. They share nothing, so that one role's slow query holds up no other's insert. */
export function createClients(url: string, credentials: Credentials): Clients {
  const of = (role: Role): ClickHouseClient =>
    connect(url, credentials[role], {
      database: DATABASE,
      application: `tollgate-${role}`,
      request_timeout: 60_000,
      compression: { request: false, response: false },
      clickhouse_settings: {
        date_time_output_format: 'iso',
        output_format_json_quote_64bit_integers: 1,
        output_format_json_quote_decimals: 1,
      },
    });
  return {
    owner: of('owner'),
    landing: of('landing'),
    service: of('service'),
    reader: of('reader'),
    dashboard: of('dashboard'),
  };
}

export async function closeClients(clients: Clients): Promise<void> {
  await Promise.all(ROLES.map((role) => clients[role].close()));
}
