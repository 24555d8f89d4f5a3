import { type Clients, closeClients, connect, createClients } from './clients.ts';
import { type Credentials, loadCredentials } from './credentials.ts';
import { StoreError } from './errors.ts';
import type { Target } from './migrations/render.ts';
import { type OnMigration, runMigrations } from './migrations/run.ts';
import { type Disposal, disposalOf } from './retention/disposal.ts';
import { applyRetention, DEFAULT_RETENTION, type RetentionDays } from './retention/retention.ts';
import { startEmbeddedServer } from './server/embedded-server.ts';
import type { ServerEvent } from './server/supervisor.ts';
import { createUsers } from './users.ts';

export interface OpenOptions {
  /** Where the embedded server keeps its data, and the generated credentials lie in either case. */
  readonly directory: string;
  /** An external server, e.g. CLICKHOUSE_URL. Without it the embedded server is started. */
  readonly url?: string | undefined;
  /** Who may create users and databases there; default: `default` without a password. */
  readonly admin?: { readonly user: string; readonly password: string } | undefined;
  /** Name of a cluster in the server's `remote_servers`, for the replicated variant. */
  readonly cluster?: string | undefined;
  /** For how many days what is kept; what is not said is as in `DEFAULT_RETENTION`. */
  readonly retention?: Partial<RetentionDays> | undefined;
  readonly log?: ((event: ServerEvent) => void) | undefined;
  readonly onMigration?: OnMigration | undefined;
}

/** The evidence store: migrated, with a client for each role. */
export interface ClickHouse {
  readonly clients: Clients;
  readonly url: string;
  /** Native protocol; only known of the embedded server. */
  readonly tcpPort: number | undefined;
  readonly credentials: Credentials;
  /** All that takes rows away before their time, or after it. */
  readonly disposal: Disposal;
  /** Process id of the embedded engine; undefined for an external server. */
  pid(): number | undefined;
  /** Idempotent. Ends the embedded server; an external one is left alone. */
  close(): Promise<void>;
}

/**
 * Opens the evidence store: starts the embedded server or connects to one, creates database and users, runs migrations.
 * @throws StoreError, whose message says what to do
 */
export async function openClickHouse(options: OpenOptions): Promise<ClickHouse> {
  const server =
    options.url === undefined ? await startEmbedded(options) : await setUpExternal(options, options.url);
  const clients = createClients(server.url, server.credentials);
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= closeClients(clients).then(() => server.stop());
    return closed;
  };
  try {
    await migrate(server, options);
    return {
      clients,
      url: server.url,
      tcpPort: server.tcpPort,
      credentials: server.credentials,
      disposal: disposalOf(clients.owner, { ...DEFAULT_RETENTION, ...options.retention }),
      pid: server.pid,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Server {
  readonly url: string;
  readonly tcpPort: number | undefined;
  readonly credentials: Credentials;
  pid(): number | undefined;
  stop(): Promise<void>;
}

function startEmbedded({ directory, log }: OpenOptions): Promise<Server> {
  return startEmbeddedServer({ directory, ...(log === undefined ? {} : { log }) });
}

async function setUpExternal(
  { directory, admin = { user: 'default', password: '' } }: OpenOptions,
  url: string,
): Promise<Server> {
  const credentials = loadCredentials(directory);
  const client = connect(url, admin);
  try {
    await createUsers(client, credentials);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new StoreError(
      'connection_failed',
      `The ClickHouse server at ${new URL(url).origin} cannot be set up: ${why}. It has to run there, and its admin (CLICKHOUSE_USER, CLICKHOUSE_PASSWORD) has to be allowed to manage access.`,
      { cause },
    );
  } finally {
    await client.close();
  }
  return { url, tcpPort: undefined, credentials, pid: () => undefined, stop: async () => undefined };
}

const MIGRATION_MS = 24 * 3_600_000;

/** The owner's own client here: the database that the others name as their default does not exist before this. */
async function migrate(
  { url, credentials }: Server,
  { cluster, onMigration, retention }: OpenOptions,
): Promise<void> {
  // A migration may copy all that there is.
  const owner = connect(url, credentials.owner, { request_timeout: MIGRATION_MS });
  const target: Target = cluster === undefined ? { kind: 'single' } : { kind: 'cluster', cluster };
  try {
    await runMigrations(owner, { target, ...(onMigration === undefined ? {} : { onStep: onMigration }) });
    await applyRetention(owner, { ...DEFAULT_RETENTION, ...retention }, target);
  } finally {
    await owner.close();
  }
}
