import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { openClickHouse } from '@tollgate/clickhouse';
import { consoleHandler } from '@tollgate/console';
import { createQueryService } from '@tollgate/query-service';
import { pino } from 'pino';
import { writeCredentials } from './credentials.ts';
import { passwords, readEnvironment } from './environment.ts';
import { firstStart } from './first-start.ts';
import { publishIngestKeys } from './ingest-keys.ts';

/** API and console in a container of their own: ClickHouse and the OpenTelemetry Collector are other containers. */
const environment = readEnvironment(process.env);
const directory = environment.TOLLGATE_DATA_DIR;
const logger = pino({ name: 'query-service', level: environment.LOG_LEVEL });

await writeCredentials(join(directory, 'clickhouse'), passwords(environment));
const clickhouse = await openClickHouse({
  directory: join(directory, 'clickhouse'),
  url: environment.CLICKHOUSE_URL,
  admin: { user: environment.CLICKHOUSE_USER, password: environment.CLICKHOUSE_PASSWORD },
  onMigration: (name) => logger.info({ name }, 'migration applied'),
});
const service = await createQueryService({
  directory: join(directory, 'control'),
  store: { reader: clickhouse.clients.reader, service: clickhouse.clients.service },
  settings: { hosts: environment.TOLLGATE_HOSTS, secure_cookies: environment.TOLLGATE_SECURE_COOKIES },
  logger,
  after: [consoleHandler()],
});
await firstStart(service.control, directory, environment.TOLLGATE_FIRST_AGENT_TEAM);
const keys = await publishIngestKeys(service.control, environment.TOLLGATE_INGEST_KEYS_FILE, { logger });
service.start();

const server = createServer(service.app).listen(environment.PORT, '0.0.0.0');
await once(server, 'listening');
logger.info({ port: environment.PORT }, 'listening');

/** Requests in flight get this long; Docker kills after ten seconds. */
const DRAIN_MS = 5000;

async function stop(): Promise<void> {
  service.drain();
  const closed = once(server, 'close');
  server.close();
  const impatient = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await closed;
  clearTimeout(impatient);
  await keys.stop();
  await service.stop();
  await clickhouse.close();
}

for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => {
    logger.info({ signal }, 'stopping');
    void stop();
  });
