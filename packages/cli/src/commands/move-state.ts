import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { controlFolder } from '../backup/layout.ts';
import { UserError } from '../output/user-error.ts';
import { say } from './common.ts';
import { databaseOption } from './database-option.ts';

interface MoveOptions {
  readonly data: string;
  readonly databaseUrl: string;
}

/** `tollgate move-state`: from one instance to several. */
export function moveStateCommand(): Command {
  return new Command('move-state')
    .description('move the control state from a data directory, which nothing uses, into an empty PostgreSQL')
    .option('--data <directory>', 'where everything is kept', './data')
    .addOption(databaseOption())
    .action(async ({ data, databaseUrl }: MoveOptions) => {
      const folder = controlFolder(resolve(data));
      if (!existsSync(join(folder, 'control.db')))
        throw new UserError(`There is no control state in ${folder}. Name the data directory with --data.`);
      const { moveControlState } = await import('@tollgate/query-service');
      const moved = await moveControlState(folder, databaseUrl);
      for (const [table, rows] of Object.entries(moved)) if (rows > 0) say(`${table}: ${rows}`);
      console.log('Moved. The old file is kept as control.db.moved; remove it once nobody needs it.');
    });
}
