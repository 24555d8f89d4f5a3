/**
 * packages/collector as a process that may be killed at any moment: `node collector.ts SETUP`, a FaultyCollectorSetup as JSON. It
 * keeps a journal of what it has synced, and has whatever defects it is told to have.
 */
import { runCollector } from '../../../support/run-collector.ts';
import { sabotaged, startFront } from './sabotage.ts';
import type { FaultyCollectorSetup } from './setup.ts';
import { watchSyncs } from './watch-syncs.ts';

const setup = JSON.parse(process.argv[2] ?? '{}') as FaultyCollectorSetup;
const { sabotage } = setup;
await watchSyncs(setup.syncJournal);
const fronted = sabotage.length > 0;
const real = await runCollector({ ...setup, port: fronted ? 0 : setup.port }, (storage) =>
  sabotaged(storage, sabotage),
);
const url = fronted ? await startFront(real, setup.port, sabotage) : real;
process.stdout.write(`${JSON.stringify({ url })}\n`);
