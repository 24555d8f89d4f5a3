import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const CONFIG = fileURLToPath(new URL('../../../collector-config/otelcol.yaml', import.meta.url));

export interface OtelcolKey {
  readonly key: string;
  readonly principal: string;
  readonly workflows?: readonly string[];
}

export interface OtelcolOptions {
  readonly binary: string;
  readonly keys: readonly OtelcolKey[];
  /** Native protocol port of ClickHouse on loopback. */
  readonly tcpPort: number;
  readonly password: string;
  /** A list of keys that somebody else writes, instead of `keys`. */
  readonly keysFile?: string | undefined;
  /** Configuration on top of the production one, as YAML. */
  readonly overlay?: string | undefined;
}

/** The real OpenTelemetry Collector with the production configuration; only batches are flushed sooner. */
export interface Otelcol {
  readonly httpUrl: string;
  readonly grpcUrl: string;
  readonly healthUrl: string;
  log(): Promise<string>;
  /** Its own metrics, as Prometheus text. */
  metrics(): Promise<string>;
  /** Everything that its queue holds on disk, as bytes. */
  queued(): Promise<Buffer>;
  /** Ends it as a power cut would, with what it has acknowledged in its queue. */
  kill(): Promise<void>;
  /** Starts it again on the same queue and ports. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const FASTER = `
exporters:
  clickhouse:
    retry_on_failure: { initial_interval: 200ms, max_interval: 1s }
    sending_queue: { batch: { flush_timeout: 200ms } }
extensions:
  ingest_key_auth: { refresh_interval: 200ms }
`;

/** Starts the Collector and waits until it is healthy. */
export async function startOtelcol(options: OtelcolOptions): Promise<Otelcol> {
  const directory = await mkdtemp(join(tmpdir(), 'tollgate-otelcol-'));
  const [http, grpc, health, metrics] = await freePorts();
  await writeFile(join(directory, 'keys.json'), keyList(options.keys));
  await writeFile(join(directory, 'faster.yaml'), FASTER);
  await writeFile(join(directory, 'overlay.yaml'), options.overlay ?? '{}');
  const logFile = join(directory, 'log');
  const log = createWriteStream(logFile);
  await once(log, 'open');
  const env = {
    PATH: process.env['PATH'],
    TOLLGATE_INGEST_KEYS_FILE: options.keysFile ?? join(directory, 'keys.json'),
    TOLLGATE_QUEUE_DIR: join(directory, 'queue'),
    TOLLGATE_CLICKHOUSE_ENDPOINT: `tcp://127.0.0.1:${options.tcpPort}?dial_timeout=5s&compress=lz4`,
    TOLLGATE_CLICKHOUSE_PASSWORD: options.password,
    TOLLGATE_OTLP_HTTP_ENDPOINT: `127.0.0.1:${http}`,
    TOLLGATE_OTLP_GRPC_ENDPOINT: `127.0.0.1:${grpc}`,
    TOLLGATE_HEALTH_ENDPOINT: `127.0.0.1:${health}`,
    TOLLGATE_METRICS_PORT: `${metrics}`,
  };
  const layers = [CONFIG, join(directory, 'faster.yaml'), join(directory, 'overlay.yaml')];
  const args = layers.flatMap((file) => ['--config', file]);
  const healthUrl = `http://127.0.0.1:${health}/`;
  let child: ChildProcess | undefined;
  const end = async (signal: NodeJS.Signals) => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  };
  const start = async () => {
    child = spawn(options.binary, args, { env, stdio: ['ignore', log, log] });
    await healthy(healthUrl, child, logFile);
  };
  await start();
  return {
    httpUrl: `http://127.0.0.1:${http}`,
    grpcUrl: `http://127.0.0.1:${grpc}`,
    healthUrl,
    metrics: async () => (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text(),
    log: () => readFile(logFile, 'utf8'),
    queued: async () => {
      const queue = join(directory, 'queue');
      const files = await readdir(queue);
      return Buffer.concat(await Promise.all(files.map((file) => readFile(join(queue, file)))));
    },
    kill: () => end('SIGKILL'),
    start,
    stop: async () => {
      await end('SIGTERM');
      log.end();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function healthy(url: string, child: ChildProcess, logFile: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline && child.exitCode === null) {
    const up = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (up) return;
    await sleep(100);
  }
  throw new Error(`The OpenTelemetry Collector does not run:\n${await readFile(logFile, 'utf8')}`);
}

/** What the service writes for the Collector: digests of keys, never keys. */
function keyList(keys: readonly OtelcolKey[]): string {
  return JSON.stringify({
    keys: keys.map(({ key, principal, workflows = ['*'] }, index) => ({
      key_id: `key-${index}`,
      sha256: createHash('sha256').update(key).digest('hex'),
      principal,
      team: 'conformance',
      workflows,
    })),
  });
}

/** The Collector cannot say which port the system chose for it, so the choice is made before. */
async function freePorts(): Promise<[number, number, number, number]> {
  const servers = await Promise.all([1, 2, 3, 4].map(() => listening()));
  const ports = servers.map((server) => portOf(server));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  const [http = 0, grpc = 0, health = 0, metrics = 0] = ports;
  return [http, grpc, health, metrics];
}

async function listening() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function portOf(server: Awaited<ReturnType<typeof listening>>): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return address.port;
}
