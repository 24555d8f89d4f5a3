/**
 * packages/collector as a process of its own: `node collector-program.ts SETUP`, a CollectorSetup as JSON. Prints one JSON
 * line once it listens, and ends when its standard input does.
 */
import { createClients } from '@tollgate/clickhouse';
import { clickhouseStorage, createCollector, staticKeyVerifier } from '@tollgate/collector';
import type { CollectorSetup } from './collector-process.ts';

const setup = JSON.parse(process.argv[2] ?? '{}') as CollectorSetup;
const { landing } = createClients(setup.clickhouseUrl, setup.credentials);
const collector = createCollector({
  ...clickhouseStorage(landing),
  verifyKey: staticKeyVerifier(setup.keys),
  ...(setup.limits === undefined ? {} : { limits: setup.limits }),
});
const { url } = await collector.listen(setup.port);
process.stdout.write(`${JSON.stringify({ url })}\n`);
process.stdin.resume().on('end', async () => {
  await collector.close();
  process.exit(0);
});
