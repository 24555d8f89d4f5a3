import { createClients } from '@tollgate/clickhouse';
import { pino } from 'pino';
import { startEvaluator } from '../../src/flags/evaluator.ts';
import { createQueryService } from '../../src/index.ts';

/** A service that evaluates without a pause and sends what it records, until it is killed. */
const { place, url, credentials } = JSON.parse(process.argv[2] ?? '');
const { reader, service } = createClients(url, credentials);
const { start } = await createQueryService({
  ...place,
  store: { reader, service },
  logger: pino({ level: 'silent' }),
  background: [(deps) => startEvaluator(deps, { intervalMs: 1 })],
});
start();
process.stdout.write('started\n');
// Timers of the service do not keep a process alive.
setInterval(() => undefined, 60_000);
