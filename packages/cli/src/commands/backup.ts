import { resolve } from 'node:path';
import { Command } from 'commander';
import { say } from './common.ts';

/** `tollgate backup`: the embedded stores of `tollgate up`, while it runs or not. */
export function backupCommand(): Command {
  return new Command('backup')
    .description('copy everything that `tollgate up` keeps into a folder, while it goes on')
    .argument('<folder>', 'empty, or not there yet')
    .option('--data <directory>', 'where everything is kept', './data')
    .action(async (folder: string, { data }: { data: string }) => {
      const { backUp } = await import('../backup/back-up.ts');
      const digest = await backUp({ data: resolve(data), into: resolve(folder), onStep: say });
      console.log(`${folder} is whole. Its digest, to be kept elsewhere: ${digest}`);
      console.log(
        `It holds secrets and content. Restore it with: tollgate restore ${folder} --data DIRECTORY`,
      );
    });
}

/** `tollgate restore`: a data directory from such a folder. */
export function restoreCommand(): Command {
  return new Command('restore')
    .description('make a data directory from a backup that is whole, byte by byte')
    .argument('<folder>', 'what `tollgate backup` wrote')
    .option('--data <directory>', 'empty, or not there yet', './data')
    .option(
      '--digest <sha256>',
      'what `tollgate backup` printed; without it, a manifest that was made anew passes',
    )
    .action(async (folder: string, { data, digest }: { data: string; digest?: string }) => {
      const { restore } = await import('../backup/restore.ts');
      await restore({ from: resolve(folder), data: resolve(data), digest, onStep: say });
      console.log(`${data} is restored. Start it with: tollgate up --data ${data} --no-demo`);
    });
}
