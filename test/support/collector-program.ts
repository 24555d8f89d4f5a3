/**
 * packages/collector as a process of its own: `node collector-program.ts SETUP`, a CollectorSetup as JSON. Prints one JSON
 * line once it listens, and ends when its standard input does.
 */
import type { CollectorSetup } from './collector-process.ts';
import { runCollector } from './run-collector.ts';

const url = await runCollector(JSON.parse(process.argv[2] ?? '{}') as CollectorSetup);
process.stdout.write(`${JSON.stringify({ url })}\n`);
