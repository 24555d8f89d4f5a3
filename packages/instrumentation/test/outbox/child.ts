import { start } from '../../src/index.ts';

/** A process that is killed in the middle of a class-2 tool. Speaks over stdout: the run's id, then `executing`. */
const [url, otlpUrl, key, outbox, workflow] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
];
const tollgate = await start({
  url,
  otlpUrl,
  key,
  outbox,
  workflow: { yaml: workflow },
  onProblem: () => {},
});
const label = tollgate.tool({
  name: 'set_label',
  execute: async () => {
    process.stdout.write('executing\n');
    await new Promise((resolve) => setTimeout(resolve, 60_000));
  },
});
await tollgate.run({ initiator: 'sam@example.com' }, async (run) => {
  process.stdout.write(`${run.id}\n`);
  await label({ ticket: 'T-1', label: 'done' });
});
