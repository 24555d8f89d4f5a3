import { createClient } from '@clickhouse/client';
import { clickhouseStorage, createCollector } from '../../src/index.ts';
import { verifyKey } from './running.ts';

/** A collector in a process of its own, to be killed. Arguments: the log's directory, ClickHouse's URL, the landing user's password. */
const [directory = '', url = '', password = ''] = process.argv.slice(2);
const client = createClient({ url, username: 'tollgate_landing', password, database: 'tollgate' });
const collector = createCollector({
  ...clickhouseStorage(client),
  verifyKey,
  directory,
  // Small, so that much happens before the kill.
  limits: { blockRows: 300 },
});
const { url: address } = await collector.listen(0);
console.log(address);
process.once('SIGTERM', async () => {
  await collector.close();
  await client.close();
});
