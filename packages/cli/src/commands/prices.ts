import { Command } from 'commander';
import { checkCommand } from './prices/check.ts';
import { explainCommand } from './prices/explain.ts';
import { listCommand } from './prices/list.ts';
import { repriceCommand } from './prices/reprice.ts';
import { unpricedCommand } from './prices/unpriced.ts';
import { updateCommand } from './prices/update.ts';

/** `tollgate prices`: what models cost, why a call cost what it did, and what has no price. */
export function pricesCommand(): Command {
  return new Command('prices')
    .description('list, explain and update prices; see what has none, and price it anew')
    .addCommand(listCommand())
    .addCommand(explainCommand())
    .addCommand(unpricedCommand())
    .addCommand(updateCommand())
    .addCommand(checkCommand())
    .addCommand(repriceCommand());
}
