import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type ClickHouse, DEFAULT_RETENTION, openClickHouse, type RetentionDays } from '@tollgate/clickhouse';
import { type Collector, clickhouseStorage, createCollector } from '@tollgate/collector';
import { consoleHandler } from '@tollgate/console';
import {
  type ContentPlace,
  createQueryService,
  type QueryService,
  SERVER_OPTIONS,
  type SingleSignOn,
} from '@tollgate/query-service';
import type { Logger } from 'pino';
import { UserError } from '../output/user-error.ts';
import { close } from './close-server.ts';

export interface SystemOptions {
  /** Everything that is kept lies here. */
  readonly directory: string;
  /** Port of API and console; 0 lets the system choose. */
  readonly port: number;
  /** Port of the collector; 0 lets the system choose. */
  readonly otlpPort: number;
  /** An external ClickHouse server; without it the embedded one is started. */
  readonly clickhouse?:
    | { readonly url: string; readonly user: string; readonly password: string }
    | undefined;
  /** For how many days what is kept; the defaults of the store where nothing is said. */
  readonly retention?: RetentionDays;
  /** Whether webhooks of incident paths may lead to private networks and to this machine. */
  readonly privateWebhooks?: boolean | undefined;
  /** How people sign in by a provider; without it, with personal tokens alone. */
  readonly singleSignOn?: SingleSignOn | undefined;
  readonly logger: Logger;
  readonly onStep?: (line: string) => void;
}

/** Collector, service and console in this process, over an evidence store. */
export interface System {
  readonly url: string;
  /** Where spans go: `…/v1/traces`. */
  readonly otlpUrl: string;
  readonly service: QueryService;
  readonly clickhouse: ClickHouse;
  /** Idempotent. Answers what is in flight, ships what is left, ends the embedded server. */
  stop(): Promise<void>;
}

/** Starts everything, in the order in which one part needs the other, and ends what had started if one cannot. */
export async function startSystem(options: SystemOptions): Promise<System> {
  const { directory, logger, onStep = () => undefined } = options;
  const ending: (() => Promise<void>)[] = [];
  let stopped: Promise<void> | undefined;
  let collector: Collector | undefined;
  const stop = () => {
    stopped ??= endAll(ending);
    return stopped;
  };
  try {
    onStep(
      options.clickhouse === undefined
        ? 'Starting the embedded ClickHouse'
        : `Connecting to ${new URL(options.clickhouse.url).origin}`,
    );
    const clickhouse = await openStore(options);
    ending.push(clickhouse.close);
    onStep('Starting API and console');
    const service = await createQueryService({
      directory: join(directory, 'control'),
      store: {
        reader: clickhouse.clients.reader,
        service: clickhouse.clients.service,
        disposal: clickhouse.disposal,
      },
      settings: {
        evidence_days: (options.retention ?? DEFAULT_RETENTION).evidence,
        private_webhooks: options.privateWebhooks ?? false,
        ...(options.singleSignOn && signOnSettings(options.singleSignOn)),
        console_url: options.port === 0 ? '' : `http://127.0.0.1:${options.port}`,
      },
      logger,
      elsewhere: [logOf(() => collector)],
      after: [consoleHandler()],
    });
    service.start();
    ending.push(service.stop);
    const server = createServer(SERVER_OPTIONS, service.app);
    const port = await listen(server, options.port, 'API and console', '--port');
    ending.push(async () => {
      service.drain();
      await close(server);
    });
    onStep('Starting the collector');
    collector = startCollector(options, clickhouse, service);
    ending.push(collector.close);
    const listening = await collector.listen(options.otlpPort).catch((cause: unknown) => {
      throw taken(cause, options.otlpPort, 'the collector', '--otlp-port');
    });
    return {
      url: `http://127.0.0.1:${port}`,
      otlpUrl: `${listening.url}/v1/traces`,
      service,
      clickhouse,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Where people come back to has to be a name that the service answers by, and cookies are for TLS alone where it is under TLS. */
function signOnSettings(single_sign_on: SingleSignOn) {
  const { hostname, protocol } = new URL(single_sign_on.redirect_url);
  return { single_sign_on, hosts: [hostname], secure_cookies: protocol === 'https:' };
}

function openStore({ directory, clickhouse, retention, logger }: SystemOptions): Promise<ClickHouse> {
  return openClickHouse({
    directory: join(directory, 'clickhouse'),
    url: clickhouse?.url,
    admin: clickhouse,
    retention,
    log: (event) => logger.info(event, 'clickhouse'),
    onMigration: (name, step) => logger.info({ name }, `migration ${step}`),
  });
}

function startCollector(
  { directory, logger }: SystemOptions,
  clickhouse: ClickHouse,
  service: QueryService,
): Collector {
  return createCollector({
    ...clickhouseStorage(clickhouse.clients.landing),
    directory: join(directory, 'collector-log'),
    verifyKey: service.verifyIngestKey,
    logger,
  });
}

/** The collector's log as a place where content lies. */
const logOf = (collector: () => Collector | undefined): ContentPlace => ({
  name: 'collector_log',
  erase: async (run_ids) => {
    const running = collector();
    if (running === undefined) throw new Error('The collector has not started yet.');
    return { ...(await running.forget(run_ids)) };
  },
});

function listen(server: Server, port: number, what: string, flag: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => reject(taken(cause, port, what, flag)));
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function taken(cause: unknown, port: number, what: string, flag: string): unknown {
  if (!(cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE')) return cause;
  return new UserError(
    `Port ${port} for ${what} is in use. Stop what listens there, or choose another port with ${flag}.`,
    { cause },
  );
}

/** Last started, first ended; one that fails to end does not keep the others. */
async function endAll(ending: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const end of ending.toReversed()) await end().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw new AggregateError(failures, 'not everything could be ended');
}
