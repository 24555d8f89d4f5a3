import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { ROLES } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';

/** A server that is reached as others' are: by address, admin and the users' passwords. */
export interface ExternalClickHouse {
  /** What `tollgate serve` is told of it. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const ADMIN = 'tollgate_admin';
const ADMIN_PASSWORD = 'a'.repeat(24);

/**
 * The embedded engine behind one more address. It is a real server but for one thing: it manages no users by SQL. So what the
 * admin says of users is taken for granted here, and the users are those that the engine has.
 */
export async function startExternalClickHouse(): Promise<ExternalClickHouse> {
  const clickhouse = await startTestClickHouse();
  const engine = new URL(clickhouse.url);
  const server = createServer((incoming, response) => void answer(engine, incoming, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const passwords = ROLES.map((role) => [
    `TOLLGATE_${role.toUpperCase()}_PASSWORD`,
    clickhouse.credentials[role].password,
  ]);
  return {
    environment: {
      CLICKHOUSE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      CLICKHOUSE_USER: ADMIN,
      CLICKHOUSE_PASSWORD: ADMIN_PASSWORD,
      ...Object.fromEntries(passwords),
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await clickhouse.close();
    },
  };
}

async function answer(engine: URL, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await buffer(incoming);
  const { method, url: path, headers } = incoming;
  const [, basic = ''] = (headers.authorization ?? '').split(' ');
  if (Buffer.from(basic, 'base64').toString() === `${ADMIN}:${ADMIN_PASSWORD}`) {
    const isOfUsers = /^(CREATE USER|ALTER USER|GRANT|REVOKE)\b/.test(body.toString());
    return void response.writeHead(isOfUsers ? 200 : 403).end();
  }
  const { hostname, port } = engine;
  const forwarded = request({ hostname, port, method, path, headers }, (answered) => {
    response.writeHead(answered.statusCode ?? 502, answered.headers);
    answered.pipe(response);
  });
  forwarded.on('error', () => response.destroy());
  response.on('close', () => forwarded.destroy());
  forwarded.end(body);
}
