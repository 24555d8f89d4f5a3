import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Command } from 'commander';
import { UserError } from '../output/user-error.ts';
import { databaseOption } from './database-option.ts';

/** `tollgate backup-window`: for stores that others back up, `pg_dump` and ClickHouse's own means among them. */
export function backupWindowCommand(): Command {
  return new Command('backup-window')
    .description(
      'run a command that copies PostgreSQL and ClickHouse while no evidence goes from one to the other',
    )
    .argument('<command...>', 'what makes the copies, in any order, e.g. -- sh copy-both.sh')
    .addOption(databaseOption())
    .action(async ([program = '', ...args]: string[], { databaseUrl }: { databaseUrl: string }) => {
      const { duringBackup } = await import('@tollgate/query-service');
      await duringBackup(databaseUrl, () => ran(program, args));
      console.log('Both copies are of one state.');
    });
}

async function ran(program: string, args: readonly string[]): Promise<void> {
  const child = spawn(program, args, { stdio: 'inherit' });
  const [code, signal] = await once(child, 'exit');
  if (code !== 0) throw new UserError(`${program} ended with ${signal ?? code}, so there is no backup.`);
}
