import { type PackVerdict, verifyPack } from '@tollgate/query-service';
import { Command } from 'commander';
import { UserError } from '../output/user-error.ts';

/** `tollgate verify`: an evidence pack by itself, wherever it is. */
export function verifyCommand(): Command {
  return new Command('verify')
    .description(
      'check an evidence pack without the service: its files, its rows and the chains of its records',
    )
    .argument('<file>', 'what `tollgate export` wrote')
    .option('--json', 'print the result as JSON', false)
    .action(async (file: string, { json }: { json: boolean }) => {
      const verdict = await verdictOf(file, json);
      if (json) console.log(JSON.stringify({ whole: verdict.problems.length === 0, ...verdict }, null, 2));
      else for (const line of linesOf(verdict)) console.log(line);
      if (verdict.problems.length > 0) process.exitCode = 1;
    });
}

async function verdictOf(file: string, quiet: boolean): Promise<PackVerdict> {
  const told =
    quiet || !process.stderr.isTTY
      ? undefined
      : (name: string) => void process.stderr.write(`checking ${name}\n`);
  return verifyPack(file, told).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(`${file} cannot be read as an evidence pack: ${why}`, { cause });
  });
}

const MOST_PROBLEMS = 50;

function linesOf({ manifest, problems, records, chains, unproven }: PackVerdict): string[] {
  const lines = problems.slice(0, MOST_PROBLEMS).map((problem) => `✗ ${problem}`);
  if (problems.length > MOST_PROBLEMS)
    lines.push(`✗ and ${problems.length - MOST_PROBLEMS} more; --json has all`);
  if (manifest !== undefined) {
    const { made_by, made_at, installation, files, left_out } = manifest;
    lines.push(
      `made by ${made_by} at ${made_at}, of installation ${installation}`,
      `${files.length} files; ${records} records in ${chains} chains`,
      ...left_out.map((what) => `left out: ${what}`),
    );
    if (unproven > 0)
      lines.push(`${unproven} chains have no seal, so records after their last one could be missing unseen`);
  }
  return [...lines, problems.length === 0 ? '✓ the pack is whole' : '✗ the pack is NOT what was handed out'];
}
