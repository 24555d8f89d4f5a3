import { parsePriceFile } from '@tollgate/contract';
import { Command } from 'commander';
import { readPriceFile } from './price-file.ts';

export function checkCommand(): Command {
  return new Command('check')
    .description('check a price file (YAML), by line; needs no running service')
    .argument('<file>', 'price file')
    .action(async (file: string) => {
      const parsed = parsePriceFile(await readPriceFile(file));
      if (parsed.kind === 'invalid') return;
      const { aliases, prices } = parsed.file;
      console.log(
        `${file} is valid: ${prices.length} prices, ${aliases.length} aliases, version ${parsed.version}`,
      );
    });
}
