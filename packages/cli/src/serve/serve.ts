import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { openClickHouse } from '@tollgate/clickhouse';
import { consoleHandler } from '@tollgate/console';
import {
  type ControlState,
  createQueryService,
  SERVER_OPTIONS,
  type StatePlace,
  withDatabaseLock,
} from '@tollgate/query-service';
import { type Logger, pino } from 'pino';
import { close } from '../system/close-server.ts';
import { firstAdmin, firstAgentKey, hasFirstAdmin } from '../system/first-start.ts';
import { writeCredentials } from './credentials.ts';
import { type Environment, passwords } from './environment.ts';
import { publishIngestKeys } from './ingest-keys.ts';
import { ownTraces } from './own-traces.ts';
import { retentionOf } from './retention.ts';
import { singleSignOnOf } from './single-sign-on.ts';

/** API and console alone: ClickHouse and the OpenTelemetry Collector run elsewhere. Resolves to how to stop. */
export async function serve(environment: Environment): Promise<() => Promise<void>> {
  const directory = environment.TOLLGATE_DATA_DIR;
  const logger = pino({ name: 'query-service', level: environment.LOG_LEVEL });
  await writeCredentials(join(directory, 'clickhouse'), passwords(environment));
  const retention = retentionOf(environment);
  const alone = aloneOn(environment.DATABASE_URL, logger);
  const clickhouse = await alone(() =>
    openClickHouse({
      retention,
      directory: join(directory, 'clickhouse'),
      url: environment.CLICKHOUSE_URL,
      admin: { user: environment.CLICKHOUSE_USER, password: environment.CLICKHOUSE_PASSWORD },
      onMigration: (name, step) => logger.info({ name }, `migration ${step}`),
    }),
  );
  const traces = ownTraces(environment.TOLLGATE_TRACES_URL);
  const service = await createQueryService({
    ...placeOf(environment),
    store: {
      reader: clickhouse.clients.reader,
      service: clickhouse.clients.service,
      disposal: clickhouse.disposal,
    },
    settings: {
      hosts: environment.TOLLGATE_HOSTS,
      open_metrics: environment.TOLLGATE_OPEN_METRICS,
      secure_cookies: environment.TOLLGATE_SECURE_COOKIES,
      evidence_days: retention.evidence,
      console_url: environment.TOLLGATE_CONSOLE_URL,
      private_webhooks: environment.TOLLGATE_PRIVATE_WEBHOOKS,
      single_sign_on: singleSignOnOf(environment),
    },
    logger,
    ...(traces.tracer === undefined ? {} : { tracer: traces.tracer }),
    after: [consoleHandler()],
  });
  await alone(() => firstSecrets(service.control, environment));
  const keys = await publishIngestKeys(service.control, environment.TOLLGATE_INGEST_KEYS_FILE, { logger });
  service.start();
  const server = await listening(createServer(SERVER_OPTIONS, service.app), environment.PORT);
  logger.info({ port: environment.PORT }, 'listening');
  return async () => {
    logger.info('stopping');
    service.drain();
    await close(server);
    await keys.stop();
    await service.stop();
    await clickhouse.close();
    await traces.stop().catch((error: unknown) => logger.warn({ err: error }, 'own traces not sent'));
  };
}

/** Instances that start at once migrate the store, and make the first secrets, one after the other. */
function aloneOn(
  database_url: string | undefined,
  logger: Logger,
): <T>(work: () => Promise<T>) => Promise<T> {
  const waits = () => logger.info('waiting for another instance, which is starting');
  return (work) =>
    database_url === undefined ? work() : withDatabaseLock(database_url, 'start', work, waits);
}

function placeOf({ DATABASE_URL, TOLLGATE_DATA_DIR }: Environment): StatePlace {
  return DATABASE_URL === undefined
    ? { directory: join(TOLLGATE_DATA_DIR, 'control') }
    : { database_url: DATABASE_URL };
}

/** In a control state that is shared, the first instance alone makes them: another one has a directory of its own. */
async function firstSecrets(control: ControlState, environment: Environment): Promise<void> {
  const { DATABASE_URL, TOLLGATE_DATA_DIR, TOLLGATE_NEW_ADMIN_TOKEN, TOLLGATE_FIRST_AGENT_TEAM } =
    environment;
  const isFirst = DATABASE_URL === undefined || !(await hasFirstAdmin(control));
  if (isFirst || TOLLGATE_NEW_ADMIN_TOKEN) await firstAdmin(control, TOLLGATE_DATA_DIR);
  if (isFirst) await firstAgentKey(control, TOLLGATE_DATA_DIR, TOLLGATE_FIRST_AGENT_TEAM);
}

/** On every address of the container; what reaches it is the container's network to say. */
async function listening(server: Server, port: number): Promise<Server> {
  server.listen(port, '0.0.0.0');
  await once(server, 'listening');
  return server;
}
