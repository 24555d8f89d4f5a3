import { faultsIngest } from './ingest/main.ts';
import { HELP, type Options, optionsOf } from './options.ts';
import { makePlan } from './plan/make-plan.ts';
import { reportOf, textOf } from './report/print.ts';
import { playSession, type SessionProgress } from './session.ts';

function progress({ done, of, kills, violations }: SessionProgress): void {
  for (const { rule, trial, what } of violations)
    process.stderr.write(`\nVIOLATION ${rule}, trial ${trial}: ${what}\n`);
  const text = `${done} of ${of} trials, ${kills} kills`;
  if (process.stderr.isTTY) process.stderr.write(`\r${text}  `);
  else if (done % 25 === 0) process.stderr.write(`${text}\n`);
}

async function main(options: Options): Promise<number> {
  const { seed, json } = options;
  const trials = makePlan(options);
  process.stderr.write(`${trials.length} trials, seed ${seed}\n`);
  const report = reportOf(await playSession(trials, { progress }), seed);
  if (process.stderr.isTTY) process.stderr.write('\n');
  process.stdout.write(`${json ? JSON.stringify(report, undefined, 2) : textOf(report)}\n`);
  return report.failed === 0 ? 0 : 1;
}

function readOptions(): Options | 'help' | undefined {
  try {
    return optionsOf(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    return undefined;
  }
}

async function faultsGate(): Promise<number> {
  const options = readOptions();
  if (options === 'help') process.stdout.write(HELP);
  if (options === 'help') return 0;
  return options === undefined ? 2 : main(options);
}

const args = process.argv.slice(2);
process.exitCode = args.includes('ingest') ? await faultsIngest(args) : await faultsGate();
