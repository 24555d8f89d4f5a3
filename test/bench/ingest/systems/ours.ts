import { join } from 'node:path';
import { startCollector } from '../../../support/collector-process.ts';
import { bytesBelow } from '../store.ts';
import type { System } from './system.ts';

const KEY = 'tgk_bench_0123456789abcdef';

/** packages/collector, as it is configured by default. */
export const ours: System = {
  name: 'packages/collector',
  acknowledges: 'durable',
  async start(store) {
    const directory = join(store.directory, 'collector');
    const { url, program } = await startCollector({
      clickhouseUrl: store.clickhouse.url,
      credentials: store.clickhouse.credentials,
      keys: [{ key: KEY, principal: 'bench', team: 'bench', workflows: ['*'] }],
      directory,
      port: 0,
    });
    return {
      pid: program.pid,
      send: (generator, pace) => generator.send(url, KEY, pace),
      ownBytes: () => bytesBelow(directory),
      metrics: async () => (await fetch(`${url}/metrics`)).text(),
      stop: () => program.end(),
    };
  },
};
