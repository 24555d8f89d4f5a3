import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import type { Role } from '@tollgate/contract';
import { pino } from 'pino';
import {
  createAgentKey,
  createPerson,
  createQueryService,
  issueToken,
  type QueryService,
  type QueryServiceOptions,
  type StatePlace,
  type Store,
} from '../../src/index.ts';
import { freshDatabase, overPostgres } from './postgres.ts';

export interface Answer {
  readonly status: number;
  readonly body: { readonly [key: string]: unknown };
  readonly headers: Headers;
}

export interface TestService {
  readonly service: QueryService;
  readonly directory: string;
  readonly url: string;
  call(
    token: string | undefined,
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
  person(
    email: string,
    roles: readonly Exclude<Role, 'agent'>[],
    teams?: string[],
    groups?: string[],
  ): Promise<string>;
  key(team?: string, workflows?: string[]): Promise<string>;
  /** Ends the service and listens again on the same state. */
  restart(): Promise<void>;
  /** Ends the service and removes its directory, unless it is to be kept. */
  close(options?: { readonly keep: boolean }): Promise<void>;
}

/** Clients of a store that nobody runs: what needs no storage is tested without. */
export function noStore(): Store {
  const log = { level: ClickHouseLogLevel.OFF };
  const client = createClient({ url: 'http://127.0.0.1:9', request_timeout: 500, log });
  return { reader: client, service: client };
}

type Options = Partial<Omit<QueryServiceOptions, 'directory' | 'database_url'>>;

/** A service in a directory of its own, listening on a port of the system's choice, unless one is given. */
export async function startService(options: Options = {}, at?: string, port = 0): Promise<TestService> {
  const directory = at ?? (await mkdtemp(join(tmpdir(), 'tollgate-service-')));
  const given: QueryServiceOptions = {
    store: noStore(),
    logger: pino({ level: process.env['LOG_LEVEL'] ?? 'silent' }),
    ...options,
    ...(await placeOf(directory)),
  };
  let service = await createQueryService(given);
  let server = await listen(service, port);
  const url = () => `http://127.0.0.1:${portOf(server)}`;
  const stop = async () => {
    service.drain();
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
    await service.stop();
  };
  return {
    get service() {
      return service;
    },
    directory,
    get url() {
      return url();
    },
    call: (token, method, path, body, headers = {}) => call(url(), token, method, path, body, headers),
    person: async (email, roles, teams = ['ops'], groups = []) => {
      await createPerson(service.control, {
        email,
        display_name: email,
        roles: [...roles],
        teams,
        groups,
        created_by: 'test',
      });
      const { token } = await issueToken(service.control, { email, label: 'test', created_by: 'test' });
      return token;
    },
    key: async (team = 'ops', workflows = ['*']) => {
      const { key } = await createAgentKey(service.control, {
        principal: `${team}-agent`,
        team,
        workflows,
        created_by: 'test',
      });
      return key;
    },
    restart: async () => {
      await stop();
      service = await createQueryService(given);
      server = await listen(service, port);
    },
    close: async ({ keep } = { keep: false }) => {
      await stop();
      if (!keep) await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Where the tests of this run keep the control state. What starts again on the same directory finds the same state. */
export async function placeOf(directory: string): Promise<StatePlace> {
  if (!overPostgres()) return { directory };
  const known = databases.get(directory) ?? freshDatabase();
  databases.set(directory, known);
  return { database_url: await known };
}

const databases = new Map<string, Promise<string>>();

async function listen(service: QueryService, port: number): Promise<Server> {
  const server = createServer(service.app);
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  return server;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

async function call(
  url: string,
  token: string | undefined,
  method: string,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>>,
): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  // A stream goes on; whoever wants to read it does so with a client of his own.
  const type = response.headers.get('content-type') ?? '';
  const streams = type === 'text/event-stream' || type === 'application/zip';
  if (streams) await response.body?.cancel();
  const text = streams ? '' : await response.text();
  return { status: response.status, body: text === '' ? {} : JSON.parse(text), headers: response.headers };
}

/** The error code of an answer. */
export function codeOf({ body }: Answer): unknown {
  const { error } = body;
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
