import { benchFlags } from './flags/flags.ts';
import { benchGate } from './gate/gate.ts';
import { benchIngest } from './ingest/ingest.ts';
import { type BenchOptions, HELP, optionsOf } from './options.ts';
import { benchQuery } from './query/query.ts';

type Measured = Exclude<BenchOptions, { bench: 'help' }>;

function readOptions(): BenchOptions | undefined {
  try {
    return optionsOf(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${HELP}`);
    return undefined;
  }
}

function resultsOf(options: Measured, print: (line: string) => void): Promise<object> {
  switch (options.bench) {
    case 'gate':
      return benchGate(print, options.only);
    case 'ingest':
      return benchIngest(print, options.ingest);
    case 'flags':
      return benchFlags(print, options.flags);
    case 'query':
      return benchQuery(print, options.query);
  }
}

async function main(options: Measured): Promise<void> {
  const { json } = options;
  const print = json ? (line: string) => console.error(line) : (line: string) => console.log(line);
  const results = await resultsOf(options, print);
  if (json) console.log(JSON.stringify(results));
  else for (const [result, value] of Object.entries(results)) console.log(`${result} ${value}`);
}

const options = readOptions();
if (options === undefined) process.exitCode = 2;
else if (options.bench === 'help') console.log(HELP);
else await main(options);
