import { INGEST_HELP, type IngestOptions, ingestOptionsOf } from './options.ts';
import { reportOf, textOf } from './report/print.ts';
import { playSession } from './session.ts';

/** `pnpm faults ingest …`. @returns its exit code: 1 on any violation, 2 for arguments that are not known */
export async function faultsIngest(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options === undefined) return 2;
  if (options === 'help') {
    process.stdout.write(INGEST_HELP);
    return 0;
  }
  const { seed, seconds, json } = options;
  const progress = (line: string) => void process.stderr.write(`${line}\n`);
  progress(`${seconds} seconds, seed ${seed}`);
  const report = reportOf(await playSession({ seed, seconds, progress }), seed);
  process.stdout.write(`${json ? JSON.stringify(report, undefined, 2) : textOf(report)}\n`);
  return report.violations.length === 0 ? 0 : 1;
}

function readOptions(args: readonly string[]): IngestOptions | 'help' | undefined {
  try {
    return ingestOptionsOf(args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    return undefined;
  }
}
