import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { pino } from 'pino';
import { startNotifier } from '../../src/incidents/notifier.ts';
import { createQueryService } from '../../src/index.ts';

/** A service that delivers what is in the outbox of its control state, until it is killed. */
const [place = ''] = process.argv.slice(2);
const client = createClient({ url: 'http://127.0.0.1:9', log: { level: ClickHouseLogLevel.OFF } });
const { start } = await createQueryService({
  ...JSON.parse(place),
  store: { reader: client, service: client },
  settings: { private_webhooks: true },
  logger: pino({ level: 'silent' }),
  background: [(deps) => startNotifier(deps, { intervalMs: 20 })],
});
start();
// Timers of the service do not keep a process alive.
setInterval(() => undefined, 60_000);
