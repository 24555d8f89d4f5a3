import { createClients } from '@tollgate/clickhouse';
import { clickhouseStorage, createCollector, type Storage, staticKeyVerifier } from '@tollgate/collector';
import type { CollectorSetup } from './collector-process.ts';

/**
 * Runs packages/collector in this process until standard input ends.
 * @param change what to put between the collector and ClickHouse
 * @returns where it listens
 */
export async function runCollector(
  setup: CollectorSetup,
  change: (storage: Storage) => Storage = (storage) => storage,
): Promise<string> {
  const { landing } = createClients(setup.clickhouseUrl, setup.credentials);
  const collector = createCollector({
    ...change(clickhouseStorage(landing)),
    verifyKey: staticKeyVerifier(setup.keys),
    directory: setup.directory,
    acknowledge: setup.acknowledge ?? 'logged',
    ...(setup.limits === undefined ? {} : { limits: setup.limits }),
  });
  const { url } = await collector.listen(setup.port);
  process.stdin.resume().on('end', async () => {
    await collector.close();
    process.exit(0);
  });
  return url;
}
