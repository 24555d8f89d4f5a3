import { startEmbeddedServer } from '../../src/index.ts';

/** A process that owns an embedded server, says the engine's pid and waits to be killed. */
const server = await startEmbeddedServer({ directory: process.argv[2] ?? '' });
process.stdout.write(`${server.pid()}\n`);
setInterval(() => undefined, 1000);
