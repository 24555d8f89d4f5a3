import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Credentials, loadCredentials } from '../credentials.ts';
import { StoreError } from '../errors.ts';
import { type EngineFiles, writeEngineFiles } from './config-files.ts';
import { lockDirectory } from './directory-lock.ts';
import { findEngineLibrary } from './engine-library.ts';
import { type EngineProcess, spawnEngine } from './engine-process.ts';
import { probe } from './health.ts';
import { choosePorts, type Ports } from './ports.ts';
import { end, type ServerEvent, supervise, waitUntilUp } from './supervisor.ts';

/** Where the embedded server keeps its data and listens. Ports left out are chosen and then kept. */
export type EmbeddedServerOptions = {
  readonly directory: string;
  readonly httpPort?: number;
  readonly tcpPort?: number;
  readonly log?: (event: ServerEvent) => void;
};

/** A ClickHouse server on loopback, supervised by this process. */
export type EmbeddedServer = {
  /** For `@clickhouse/client` and every HTTP client. */
  readonly url: string;
  /** Native protocol, for clickhouseexporter and `clickhouse-client`. */
  readonly tcpPort: number;
  readonly credentials: Credentials;
  /** Process id of the engine at this moment; another one after a restart. */
  pid(): number | undefined;
  /** How often the engine had to be started again. */
  restarts(): number;
  /** Ends the server and gives the directory back. May be called any number of times. */
  stop(): Promise<void>;
};

const START_ATTEMPTS = 6;

/**
 * Starts the embedded ClickHouse over a data directory and resolves when it answers.
 *
 * It listens on loopback alone, is started again when it dies or stops answering, and ends with this process,
 * however that ends.
 *
 * @throws StoreError `engine_unavailable`, `directory_locked`, `configuration_invalid` or `start_failed`
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const library = findEngineLibrary();
  const directory = resolve(options.directory);
  const lock = lockDirectory(directory);
  try {
    const credentials = loadCredentials(directory);
    const files = writeEngineFiles(directory, credentials);
    const { engine, ports } = await start(library, directory, files, options);
    const supervisor = supervise(engine, {
      spawn: () => spawnEngine(library, files.engineArguments, ports),
      probe: (timeout) => probe(ports, timeout),
      log: options.log ?? (() => undefined),
    });
    let stopped: Promise<void> | undefined;
    const stop = async (): Promise<void> => {
      await supervisor.stop();
      lock.release();
      options.log?.({ kind: 'stopped' });
    };
    return {
      url: `http://127.0.0.1:${ports.http}`,
      tcpPort: ports.tcp,
      credentials,
      pid: supervisor.pid,
      restarts: supervisor.restarts,
      stop: () => {
        stopped ??= stop();
        return stopped;
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** The first start may meet an engine of a killed parent that has not ended yet, or a port that was just taken. */
async function start(
  library: string,
  directory: string,
  files: EngineFiles,
  options: EmbeddedServerOptions,
): Promise<{ engine: EngineProcess; ports: Ports }> {
  let words = '';
  for (let attempt = 0; attempt < START_ATTEMPTS; attempt += 1) {
    const ports = await choosePorts(directory, wantedPorts(options));
    const engine = spawnEngine(library, files.engineArguments, ports);
    if (await waitUntilUp(engine, (timeout) => probe(ports, timeout))) return { engine, ports };
    words = engine.lastWords();
    await end(engine);
    await sleep(250 * (attempt + 1));
  }
  throw new StoreError(
    'start_failed',
    `The embedded ClickHouse in ${directory} did not start. It said: ${words || 'nothing'} (see ${files.logFile})`,
  );
}

function wantedPorts({ httpPort, tcpPort }: EmbeddedServerOptions): Partial<Ports> {
  return { ...(httpPort ? { http: httpPort } : {}), ...(tcpPort ? { tcp: tcpPort } : {}) };
}
