import { mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type StartOptions, start, type Tollgate } from '@tollgate/instrumentation';
import { ServiceProcess } from '../../support/service-process.ts';
import { bench } from './workflow.ts';

export interface BenchHouse {
  readonly directory: string;
  readonly service: ServiceProcess;
  readonly options: StartOptions;
  start(): Promise<Tollgate>;
  close(): Promise<void>;
}

/**
 * A query service in a process of its own, and an outbox on the disk that this repository is on. Nobody takes the evidence
 * meanwhile: sending it is the work of another moment, and costs the same for a plain span.
 */
export async function openBenchHouse(): Promise<BenchHouse> {
  const directory = await mkdtemp(join(resolve(import.meta.dirname, '../..'), '.bench-'));
  const service = await ServiceProcess.start(directory, bench);
  const opened: Tollgate[] = [];
  const options = {
    workflow: { yaml: bench },
    url: service.url,
    otlpUrl: 'http://127.0.0.1:1/v1/traces',
    key: service.key,
    outbox: join(directory, 'outbox'),
    outboxMaxBytes: 8 * 1024 ** 3,
    onProblem: () => {},
  };
  return {
    directory,
    service,
    options,
    async start() {
      const tollgate = await start(options);
      opened.push(tollgate);
      return tollgate;
    },
    async close() {
      for (const tollgate of opened) await tollgate.shutdown(0);
      await service.kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
