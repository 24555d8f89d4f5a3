import { join } from 'node:path';
import { ROWS_PER_BODY } from '../load/body.ts';
import type { Generator } from '../load/generator.ts';
import { BenchStore } from '../store.ts';
import type { System } from '../systems/system.ts';
import { cpuSeconds, memoryMib } from './process-figures.ts';

/** One system, once, at full load over a fresh store. */
export interface FullLoad {
  readonly system: string;
  readonly acknowledges: string;
  /** Until the last row of every table could be counted in the database. */
  readonly spansPerSecond: number;
  readonly acknowledgedPerSecond: number;
  /** Microseconds of CPU a span; undefined where nobody stands between generator and ClickHouse. */
  readonly cpu: {
    readonly collector: number | undefined;
    readonly clickhouse: number;
    readonly generator: number;
  };
  /** MiB, at their highest. */
  readonly memory: { readonly collector: number | undefined; readonly clickhouse: number };
  readonly answers: Readonly<Record<string, number>>;
  readonly counts: Readonly<Record<string, number>>;
}

export const CONNECTIONS = 16;

/** @throws Error where spans are missing in the end, or too many */
export async function fullLoad(system: System, directory: string, generator: Generator): Promise<FullLoad> {
  const store = await BenchStore.open(join(directory, 'store'));
  const running = await system.start(store);
  try {
    const pids = [running.pid, store.pid, generator.pid];
    const before = await Promise.all(pids.map(cpuOf));
    const start = performance.now();
    const sent = await running.send(generator, { kind: 'full', connections: CONNECTIONS });
    await store.waitForBodies(sent.bodies);
    const seconds = (performance.now() - start) / 1000;
    const after = await Promise.all(pids.map(cpuOf));
    const [collector, clickhouse = 0, generated = 0] = after.map((cpu, index) => {
      const then = before[index];
      return cpu === undefined || then === undefined ? undefined : ((cpu - then) * 1e6) / sent.spans;
    });
    const counts = await store.allCounts();
    for (const [table, rows] of Object.entries(ROWS_PER_BODY))
      if (counts[table] !== sent.bodies * rows)
        throw new Error(`${system.name}: ${counts[table]} of ${sent.bodies * rows} rows in ${table}`);
    return {
      system: system.name,
      acknowledges: system.acknowledges,
      spansPerSecond: sent.spans / seconds,
      acknowledgedPerSecond: sent.spans / sent.seconds,
      cpu: { collector, clickhouse, generator: generated },
      memory: {
        collector: running.pid === undefined ? undefined : (await memoryMib(running.pid)).peak,
        clickhouse: (await memoryMib(store.pid)).peak,
      },
      answers: sent.answers,
      counts,
    };
  } finally {
    await running.stop();
    await store.close();
  }
}

async function cpuOf(pid: number | undefined): Promise<number | undefined> {
  return pid === undefined ? undefined : cpuSeconds(pid);
}
