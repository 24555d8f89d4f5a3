import { benchGate } from './gate/gate.ts';
import { benchIngest } from './ingest/ingest.ts';
import { type BenchOptions, HELP, optionsOf } from './options.ts';

type Measured = Exclude<BenchOptions, { bench: 'help' }>;

function readOptions(): BenchOptions | undefined {
  try {
    return optionsOf(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${HELP}`);
    return undefined;
  }
}

async function main(options: Measured): Promise<void> {
  const { json } = options;
  const print = json ? (line: string) => console.error(line) : (line: string) => console.log(line);
  const results =
    options.bench === 'gate'
      ? await benchGate(print, options.only)
      : await benchIngest(print, options.ingest);
  if (json) console.log(JSON.stringify(results));
  else for (const [result, value] of Object.entries(results)) console.log(`${result} ${value}`);
}

const options = readOptions();
if (options === undefined) process.exitCode = 2;
else if (options.bench === 'help') console.log(HELP);
else await main(options);
