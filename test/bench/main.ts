import { parseArgs } from 'node:util';
import { benchGate } from './gate/gate.ts';

/** Benchmarks by name. Each measures ratios within one run, and prints the raw counts beside them. */
const BENCHMARKS: Readonly<Record<string, typeof benchGate>> = { gate: benchGate };

const HELP = `usage: pnpm bench NAME [--only RESULT] [--json]

  gate    a gated call beside a plain span and beside an fsync; budgets of many processes; decision to tool start

  --only  measure one of the results
  --json  print the results as JSON, and what is measured meanwhile to stderr`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const [name = '', ...rest] = positionals;
const benchmark = Object.hasOwn(BENCHMARKS, name) ? BENCHMARKS[name] : undefined;
if (values.help) console.log(HELP);
else if (benchmark === undefined || rest.length > 0) {
  console.error(HELP);
  process.exitCode = 2;
} else {
  const print = values.json ? (line: string) => console.error(line) : (line: string) => console.log(line);
  const results = await benchmark(print, values.only);
  if (values.json) console.log(JSON.stringify(results));
  else for (const [result, value] of Object.entries(results)) console.log(`${result} ${value}`);
}
