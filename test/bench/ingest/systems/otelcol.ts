import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../../support/free-port.ts';
import { bytesBelow } from '../store.ts';
import type { System } from './system.ts';

export interface OtelcolVariant {
  readonly name: string;
  readonly acknowledges: string;
  /** Its queue is on disk, each write synced; otherwise in memory. */
  readonly durable: boolean;
  /** Rows of a batch at least. */
  readonly batch: number;
  /** Has the exporter make its own table of this name, and fill that instead of the landing table. */
  readonly ownTable?: string;
}

export const OTELCOL_VARIANTS = {
  durable: {
    name: 'OpenTelemetry Collector, durable queue',
    acknowledges: 'durable',
    durable: true,
    batch: 32_768,
  },
  memory8k: {
    name: 'OpenTelemetry Collector, in memory, 8 k rows',
    acknowledges: 'in memory',
    durable: false,
    batch: 8_192,
  },
  memory32k: {
    name: 'OpenTelemetry Collector, in memory, 32 k rows',
    acknowledges: 'in memory',
    durable: false,
    batch: 32_768,
  },
} as const satisfies Record<string, OtelcolVariant>;

/**
 * The OpenTelemetry Collector with a receiver, an exporter and nothing between them: no authentication, no processor. So
 * it does less for a span than ours, and is as fast as it can be.
 */
export function otelcol(binary: string, variant: OtelcolVariant): System {
  return {
    name: variant.name,
    acknowledges: variant.acknowledges,
    async start(store) {
      const directory = join(store.directory, 'otelcol');
      await mkdir(directory);
      const port = await freePort();
      const { owner, landing } = store.clickhouse.credentials;
      const { user, password } = variant.ownTable === undefined ? landing : owner;
      const endpoint = `tcp://127.0.0.1:${store.clickhouse.tcpPort}?dial_timeout=10s&compress=lz4`;
      await writeFile(
        join(directory, 'config.yaml'),
        configuration(variant, { port, endpoint, user, password }),
      );
      const child = await startProcess(binary, directory, port);
      return {
        pid: child.pid,
        send: (generator, pace) => generator.send(`http://127.0.0.1:${port}`, 'none', pace),
        ownBytes: () => bytesBelow(join(directory, 'queue')),
        metrics: async () => '',
        stop: async () => {
          const gone = once(child, 'exit');
          child.kill('SIGTERM');
          await gone;
        },
      };
    },
  };
}

/** JSON is YAML. Source of the settings: what was measured as fastest with the exporter v0.161.0. */
function configuration(
  variant: OtelcolVariant,
  where: {
    readonly port: number;
    readonly endpoint: string;
    readonly user: string;
    readonly password: string;
  },
): string {
  const { durable, batch, ownTable } = variant;
  return JSON.stringify({
    receivers: {
      otlp: {
        protocols: { http: { endpoint: `127.0.0.1:${where.port}`, max_request_body_size: 20_971_520 } },
      },
    },
    extensions: { file_storage: { directory: './queue', create_directory: true, fsync: true } },
    exporters: {
      clickhouse: {
        endpoint: where.endpoint,
        username: where.user,
        password: where.password,
        database: 'tollgate',
        traces_table_name: ownTable ?? 'otlp_spans',
        create_schema: ownTable !== undefined,
        async_insert: false,
        timeout: '60s',
        retry_on_failure: { max_elapsed_time: 0 },
        sending_queue: {
          sizer: 'items',
          queue_size: 200_000,
          block_on_overflow: true,
          num_consumers: 2,
          ...(durable ? { storage: 'file_storage' } : {}),
          batch: { sizer: 'items', flush_timeout: '1s', min_size: batch, max_size: 2 * batch },
        },
      },
    },
    service: {
      extensions: ['file_storage'],
      pipelines: { traces: { receivers: ['otlp'], exporters: ['clickhouse'] } },
      telemetry: { metrics: { level: 'none' }, logs: { level: 'warn' } },
    },
  });
}

async function startProcess(binary: string, directory: string, port: number): Promise<ChildProcess> {
  const logFile = join(directory, 'log');
  const log = createWriteStream(logFile);
  await once(log, 'open');
  const child = spawn(binary, ['--config', 'config.yaml'], { cwd: directory, stdio: ['ignore', log, log] });
  for (let tries = 0; tries < 300 && child.exitCode === null; tries++, await sleep(100))
    if (
      await fetch(`http://127.0.0.1:${port}/`).then(
        () => true,
        () => false,
      )
    )
      return child;
  child.kill('SIGKILL');
  throw new Error(`The OpenTelemetry Collector does not run:\n${await readFile(logFile, 'utf8')}`);
}
